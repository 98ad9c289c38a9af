/** NVIDIA's GPUs, as far as they can be known without CUDA, and why TensorFlow does not use one that is there. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { nativeBackend } from './native-backend.ts'

/** The names of the GPUs that an NVIDIA driver drives, in its order; none without a driver. */
export async function gpuNames(): Promise<string[]> {
  try {
    const query = ['--query-gpu=name', '--format=csv,noheader']
    const { stdout } = await promisify(execFile)('nvidia-smi', query, { timeout: 5000 })
    return stdout.split('\n').filter((line) => line.trim() !== '')
  } catch {
    return []
  }
}

/** With `tensorflow` started on the CPU: what to do for it to use a GPU that is there. null if there is none, or it does. */
export async function unusedGpu(): Promise<string | null> {
  if (nativeBackend().binding.isUsingGpuDevice()) return null
  const [name] = await gpuNames()
  if (name)
    return `The ${name} is not used: TensorFlow is set up without CUDA. Run \`npm run setup:tensorflow -- --gpu\`.`
  if (await hasNvidiaCard()) {
    return "The NVIDIA GPU is not used: there is no driver for it. Install NVIDIA's driver, then run `npm run setup:tensorflow -- --gpu`."
  }
  return null
}

/** The libraries of CUDA that TensorFlow said, on stderr, it did not find. */
export function missingCudaLibraries(said: string): string[] {
  const found = said.matchAll(/Could not load dynamic library '([^']+)'/g)
  return [...new Set(Array.from(found, (match) => match[1]))]
}

/** Whether an NVIDIA display controller is on the PCI bus. Known on Linux only. */
async function hasNvidiaCard(): Promise<boolean> {
  const bus = '/sys/bus/pci/devices'
  if (!existsSync(bus)) return false
  for (const device of await readdir(bus)) {
    const read = (file: string) => readFile(`${bus}/${device}/${file}`, 'utf8').catch(() => '')
    const [vendor, kind] = await Promise.all([read('vendor'), read('class')])
    if (vendor.trim() === '0x10de' && kind.startsWith('0x03')) return true
  }
  return false
}
