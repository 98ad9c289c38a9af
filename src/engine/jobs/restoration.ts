/** The steps of a job, run one after the other on a decoded picture. */
import os from 'node:os'
import type { BackendName } from '../../contract/backend.ts'
import type { EngineInput } from '../../contract/engine-protocol.ts'
import type { Session } from '../compute.ts'
import type { Raster } from '../imaging/raster.ts'
import { denoise } from '../tasks/denoise.ts'
import type { JobContext } from './job.ts'

export type Restoration = { raster: Raster; backend: string; modelSeconds: number }

/** On the backend in use; from the beginning on the next best, should that one fail. */
export function runSteps(
  raster: Raster,
  steps: EngineInput<'restore'>['steps'],
  context: JobContext,
): Promise<Restoration> {
  return context.compute.withFallback((session) => runStepsOn(session, raster, steps, context))
}

async function runStepsOn(
  session: Session,
  raster: Raster,
  steps: EngineInput<'restore'>['steps'],
  context: JobContext,
): Promise<Restoration> {
  const { name: backend } = session.choice
  let current = raster
  let modelMs = 0
  for (const [i, step] of steps.entries()) {
    const network = await session.open(step.folder, context.signal)
    const before = network.elapsedMs
    current = await denoise(current, {
      network,
      strength: step.strength,
      maxTilePixels: maxTilePixels(backend, session.workers),
      // Other pictures want workers too: each gets its share, and the last one all of them.
      atOnce: () => Math.ceil(session.workers / context.jobsAtHand()),
      between: (done) => context.step((i + done) / steps.length, 'Denoising'),
    })
    modelMs += network.elapsedMs - before
  }
  return { raster: current, backend, modelSeconds: modelMs / 1000 }
}

/** Of memory on WebAssembly for a pixel of a tile of the restoration U-Net, measured. */
const BYTES_A_PIXEL = 800

/**
 * Largest tile with its halo, px: what a backend computes at once. On TensorFlow 3.5 MP take about 1 GB. Smaller tiles
 * spend more on their halos; on WebAssembly, all workers' tiles together take up to a quarter of the computer's memory.
 */
function maxTilePixels(backend: BackendName, workers: number): number {
  switch (backend) {
    case 'tensorflow':
      return 3.5e6
    case 'webgpu':
      return 1e6
    case 'wasm': {
      const memory = Math.min(os.totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY)
      return Math.min(2e6, Math.max(0.5e6, memory / 4 / BYTES_A_PIXEL / workers))
    }
    case 'cpu':
      return 0.1e6
  }
}
