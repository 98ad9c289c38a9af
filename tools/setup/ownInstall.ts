import { readFile, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join, resolve } from 'node:path'
import { reasonIn, runCommand } from './command.ts'
import { withProgress } from './progress.ts'

/**
 * The last resort: tfjs-node-gpu's own install script, which downloads TensorFlow 2.9.1 (2022) and a binding that was
 * compiled for it. The only source for Windows. It rewrites its package.json on the way and leaves it so when it fails.
 */
export async function runOwnInstall(tfjsFolder: string): Promise<void> {
  const packageFile = join(tfjsFolder, 'package.json')
  const packageText = await readFile(packageFile)
  const programs = resolve(tfjsFolder, '..', '..', '.bin')
  const PATH = [programs, dirname(process.execPath), process.env.PATH ?? ''].join(delimiter)
  const result = await withProgress("Trying tfjs-node-gpu's own download", null, () =>
    runCommand(process.execPath, ['scripts/install.js', 'gpu', 'download'], {
      cwd: tfjsFolder,
      env: { PATH },
      timeoutMs: 10 * 60_000,
    }),
  )
  await writeFile(packageFile, packageText)
  if (result.code !== 0) throw new Error(reasonIn(result.output))
}
