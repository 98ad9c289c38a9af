/** The steps of a job, run one after the other on a decoded picture. */
import type { EngineInput } from '../../contract/engine-protocol.ts'
import { LimpidError } from '../../contract/errors.ts'
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
    if (step.task !== 'denoise')
      throw new LimpidError('bad-request', `This engine can't do ${step.task} yet.`)
    const network = await session.open(step.folder, context.signal)
    const before = network.elapsedMs
    current = await denoise(current, {
      network,
      strength: step.strength,
      maxTilePixels: session.maxTilePixels,
      // Other pictures want workers too: each gets its share, and the last one all of them.
      atOnce: () => Math.ceil(session.workers / context.jobsAtHand()),
      between: (done) => context.step((i + done) / steps.length, 'Denoising'),
    })
    modelMs += network.elapsedMs - before
  }
  return { raster: current, backend, modelSeconds: modelMs / 1000 }
}
