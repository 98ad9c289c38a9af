import { execFileSync } from 'node:child_process'
import path from 'node:path'

export const python = process.env.LIMPID_PYTHON ?? 'python3'
const modules = path.join(import.meta.dirname, '..')

/**
 * What a program in Python writes to standard output, or null where it fails. `sys.path` has tools/training; `args` are
 * `sys.argv[1:]`.
 */
export function tryPython(code: string, args: string[] = [], input?: Uint8Array): Buffer | null {
  try {
    const all = ['-c', `import sys\nsys.path.insert(0, sys.argv.pop(1))\n${code}`, modules, ...args]
    return execFileSync(python, all, { input, maxBuffer: 1 << 28, stdio: ['pipe', 'pipe', 'ignore'] })
  } catch {
    return null
  }
}

/** Says so where it is not. */
export const hasTorch = tryPython('import torch, numpy') !== null
if (!hasTorch) console.warn(`SKIPPED: the PyTorch road is not tested, because ${python} has no torch.`)
