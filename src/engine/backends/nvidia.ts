/** NVIDIA's GPUs, as far as they can be known without CUDA, and why TensorFlow does not use one that is there. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { nativeBackend } from './tensorflow/native-backend.ts'

export type NvidiaGpu = {
  /** Its name. */
  device: string
  /** Its own, bytes; absent where it shares the computer's. */
  memory?: number
  driver: string
}

/** The GPUs that an NVIDIA driver drives, in its order; none without a driver. */
export async function nvidiaGpus(): Promise<NvidiaGpu[]> {
  const [table, overview] = await Promise.all([
    nvidiaSmi('--query-gpu=name,memory.total,driver_version', '--format=csv,noheader,nounits'),
    nvidiaSmi(),
  ])
  const cuda = /CUDA Version:\s*(\d+\.\d+)/.exec(overview)?.[1]
  return table.split('\n').flatMap((line) => {
    const [device, mebibytes, version] = line.split(',').map((cell) => cell.trim())
    if (!device || !version) return []
    const driver = `NVIDIA driver ${version}${cuda ? `, CUDA up to ${cuda}` : ''}`
    // "[N/A]" where GPU and processor share the memory: DGX Spark, Jetson.
    const memory = Number(mebibytes) * 2 ** 20
    return [{ device, ...(Number.isFinite(memory) && { memory }), driver }]
  })
}

/** What NVIDIA's own tool says; '' where there is none, or it fails. */
async function nvidiaSmi(...args: string[]): Promise<string> {
  return promisify(execFile)('nvidia-smi', args, { timeout: 5000 }).then(
    ({ stdout }) => stdout,
    () => '',
  )
}

/** With `tensorflow` started on the CPU: what to do for it to use a GPU that is there. null if there is none, or it does. */
export async function unusedGpu(): Promise<string | null> {
  if (nativeBackend().binding.isUsingGpuDevice()) return null
  const [gpu] = await nvidiaGpus()
  if (gpu) return whyUnused(gpu)
  if (await hasNvidiaCard()) return whyUndriven()
  return null
}

/** Where `npm run setup:tensorflow -- --gpu` has a build with CUDA to fetch (tools/setup/pins.ts; a test compares them). */
export function hasCudaBuild({ platform, arch }: Machine = process): boolean {
  return platform === 'linux' && arch === 'x64'
}
type Machine = { platform: string; arch: string }

/** Exported for its test. */
export function whyUnused(
  { device }: NvidiaGpu,
  env: NodeJS.ProcessEnv = process.env,
  machine: Machine = process,
): string {
  // CUDA takes GPUs as they are listed until one that there is not: nothing, or "-1", hides all of them.
  const visible = env.CUDA_VISIBLE_DEVICES?.trim()
  if (visible === '' || visible?.startsWith('-')) {
    return `The ${device} is not used: CUDA_VISIBLE_DEVICES hides it. Unset that variable of the environment.`
  }
  const remedy = hasCudaBuild(machine) ? SET_UP_CUDA : NO_CUDA_BUILD
  return `The ${device} is not used: TensorFlow is set up without CUDA. ${remedy}`
}

/** Exported for its test: why a GPU without a driver is not used. */
export function whyUndriven(machine: Machine = process): string {
  const then = hasCudaBuild(machine) ? ', then run `npm run setup:tensorflow -- --gpu`' : ''
  return `The NVIDIA GPU is not used: there is no driver for it. Install NVIDIA's driver${then}.`
}

const SET_UP_CUDA = 'Run `npm run setup:tensorflow -- --gpu`.'
const NO_CUDA_BUILD =
  'Limpid has no build with CUDA for this system: name a folder that holds one by LIMPID_TENSORFLOW, then run `npm run setup:tensorflow`.'

/**
 * Why TensorFlow, built with CUDA, does not use a GPU, from what it said on stderr; null where it said nothing of the
 * kind. The driver's own library is missing wherever there is no NVIDIA GPU, which is no fault.
 */
export function cudaProblem(said: string, machine: Machine = process): string | null {
  const found = said.matchAll(/Could not load dynamic library '([^']+)'/g)
  const missing = [...new Set(Array.from(found, (match) => match[1]))].filter(
    (library) => !/^lib(cuda\.so|nvinfer)|^nvcuda/.test(library),
  )
  if (missing.length > 0) {
    const remedy = hasCudaBuild(machine)
      ? SET_UP_CUDA
      : 'Install the versions of CUDA and cuDNN that hold them.'
    return `It does not use the NVIDIA GPU: it misses ${missing.join(', ')}. ${remedy}`
  }
  const failure = /failed call to cuInit:.*?\b(CUDA_ERROR_\w+)/.exec(said)?.[1]
  if (failure && failure !== 'CUDA_ERROR_NO_DEVICE') {
    return `It does not use the NVIDIA GPU: CUDA does not start (${failure}). Update NVIDIA's driver, or restart the computer.`
  }
  return null
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
