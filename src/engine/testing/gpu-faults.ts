/**
 * For gpu-faults.test.ts, in a process of its own: Vulkan's loader reads its environment once, as the process starts.
 * Has a GPU refuse a buffer, then loses it in the middle of a picture, and sends what became of that.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { BackendChoice } from '../../contract/backend.ts'
import type { Backend } from '../backends/backend.ts'
import { cpu } from '../backends/cpu.ts'
import { webgpu } from '../backends/webgpu.ts'
import { Compute } from '../compute.ts'
import { createRaster } from '../imaging/raster.ts'
import { aloneWith } from '../jobs/job-context.ts'
import { runSteps } from '../jobs/restoration.ts'
import { saveTinyModel } from '../jobs/testing/tiny-model.ts'
import { withGpuErrors } from '../models/gpu-errors.ts'
import { tf } from '../tf.ts'

export type GpuFaults = {
  /** What a buffer beyond the GPU's limit came to. */
  refused: string
  /** Whether the picture is the same before and after that. */
  unharmed: boolean
  announced: BackendChoice[]
  /** Largest difference of the picture whose GPU was lost to the one computed without a GPU, 0..255. */
  difference: number
}

const folder = await mkdtemp(path.join(os.tmpdir(), 'limpid-gpu-'))
await cpu.start({ asked: true })
await saveTinyModel(folder)
const picture = createRaster(64, 48, 3, 8)
picture.samples.forEach((_, i) => {
  picture.samples[i] = 40 + ((i * 7919) % 180)
})

const announced: BackendChoice[] = []
/** A software GPU is taken only when it is asked for. */
const gpu: Backend = { ...webgpu, start: () => webgpu.start({ asked: true }) }
const compute = new Compute({ backends: [gpu, cpu], onChoice: (choice) => announced.push(choice) })

const before = await restore(compute)
const refused = await withGpuErrors(async () => {
  const large = tf.tidy(() => tf.zeros([20_000, 20_000, 3]).relu())
  await large.data().finally(() => large.dispose())
}).then(String, (error: Error) => error.message)
const after = await restore(compute)

const { device } = tf.backend() as unknown as { device: { destroy(): void } }
const lost = restore(compute, () => device.destroy())
const [computed, expected] = [await lost, await restore(new Compute({ backends: [cpu] }))]

const faults: GpuFaults = {
  refused,
  unharmed: worst(before, after) === 0,
  announced,
  difference: worst(computed, expected),
}
await rm(folder, { recursive: true })
process.send!(faults, () => process.exit(0))

async function restore(on: Compute, midway = () => {}): Promise<ArrayLike<number>> {
  const step = async (done: number) => {
    if (done === 0) setTimeout(midway, 1)
  }
  const steps = [{ task: 'denoise' as const, folder, strength: 1 }]
  return (await runSteps(picture, steps, { ...aloneWith(on), step })).raster.samples
}

function worst(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0)
}
