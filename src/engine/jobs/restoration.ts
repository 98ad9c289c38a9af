/** The steps of a job, run one after the other on a decoded picture. */
import type { EngineInput } from '../../contract/engine-protocol.ts'
import type { Raster } from '../imaging/raster.ts'
import { openNetwork } from '../models/network.ts'
import { denoise } from '../tasks/denoise.ts'
import type { JobContext } from './job.ts'

/** Largest tile with its halo, px: what a backend computes at once. On TensorFlow 3.5 MP take about 1 GB. */
const MAX_TILE_PIXELS: Record<string, number> = { tensorflow: 3.5e6, webgpu: 1e6, wasm: 0.5e6, cpu: 0.1e6 }

export type Restoration = { raster: Raster; backend: string; modelSeconds: number }

export async function runSteps(
  raster: Raster,
  steps: EngineInput<'restore'>['steps'],
  context: JobContext,
): Promise<Restoration> {
  const { name: backend } = await context.backend()
  let current = raster
  let modelMs = 0
  for (const [i, step] of steps.entries()) {
    const network = await openNetwork(step.folder)
    const before = network.elapsedMs
    current = await denoise(current, {
      network,
      strength: step.strength,
      maxTilePixels: MAX_TILE_PIXELS[backend] ?? 0.5e6,
      between: (done) => context.step((i + done) / steps.length, 'Denoising'),
    })
    modelMs += network.elapsedMs - before
  }
  return { raster: current, backend, modelSeconds: modelMs / 1000 }
}
