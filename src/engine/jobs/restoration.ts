/** The steps of a job, run one after the other on a decoded picture. */
import type { ResolvedStep } from '../../contract/step.ts'
import type { Session } from '../compute.ts'
import type { Raster } from '../imaging/raster.ts'
import { type RemovedNoise, removedNoise } from '../imaging/removed-noise.ts'
import type { Network } from '../models/network.ts'
import { tasks } from '../tasks/index.ts'
import { withSelfEnsemble } from '../tasks/self-ensemble.ts'
import type { Task } from '../tasks/task.ts'
import type { TaskOptions } from '../tasks/tiled.ts'
import { requireStorable } from '../tasks/upscale.ts'
import type { JobContext } from './job.ts'

export type Restoration = {
  raster: Raster
  backend: string
  modelSeconds: number
  /** By the denoising step; null where there was none. */
  removed: RemovedNoise | null
}

/** How many times as wide and as high the steps make a picture. */
export function enlargementBy(steps: readonly ResolvedStep[]): number {
  return steps.reduce((scale, step) => scale * ('scale' in step ? step.scale : 1), 1)
}

/**
 * On the backend in use; from the beginning on the next best, should that one fail. A result that would be too large
 * (`picture-too-large`) is refused before anything is computed.
 */
export async function runSteps(
  raster: Raster,
  steps: readonly ResolvedStep[],
  context: JobContext,
): Promise<Restoration> {
  const scale = enlargementBy(steps)
  requireStorable(scale * raster.width, scale * raster.height, scale)
  return context.compute.withFallback((session) => runStepsOn(session, raster, steps, context))
}

async function runStepsOn(
  session: Session,
  raster: Raster,
  steps: readonly ResolvedStep[],
  context: JobContext,
): Promise<Restoration> {
  const { name: backend } = session.choice
  let current = raster
  let modelMs = 0
  let removed: RemovedNoise | null = null
  const withModel = async (
    folder: string,
    use: (options: TaskOptions) => Promise<Raster>,
    between: TaskOptions['between'],
    ensemble = false,
  ) => {
    const network: Network = await session.open(folder, context.signal)
    const before = network.elapsedMs
    const result = await use({
      network: ensemble ? withSelfEnsemble(network) : network,
      maxTilePixels: session.maxTilePixels,
      mostPixels: session.maxTilePixels * session.workers,
      // Other pictures want workers too: each gets its share, and the last one all of them.
      atOnce: () => Math.ceil(session.workers / context.jobsAtHand()),
      between,
      signal: context.signal,
    })
    modelMs += network.elapsedMs - before
    return result
  }
  for (const [i, step] of steps.entries()) {
    // The table pairs each task with its step; the index by a union loses that.
    const task = tasks[step.task] as unknown as AnyTask
    const between = (done: number) => context.step((i + done) / steps.length, task.label)
    await between(0)
    if (!('folder' in step)) {
      current = await task.run(current, step, undefined)
      continue
    }
    const finder = task.first?.folder(step) ?? null
    const share = finder === null ? 0 : FIRST_SHARE
    const found =
      finder === null
        ? undefined
        : await withModel(
            finder,
            (options) => task.first!.find(current, options),
            (done) => between(share * done),
          )
    const before = current
    current = await withModel(
      step.folder,
      (options) => task.run(before, step, options, found),
      (done) => between(share + (1 - share) * done),
      'ensemble' in step && step.ensemble,
    )
    if (step.task === 'denoise' && step.strength > 0) removed = removedNoise(before, current, step.strength)
  }
  return { raster: current, backend, modelSeconds: modelMs / 1000, removed }
}

/** Of a step's time, that a model which is run first takes. */
const FIRST_SHARE = 0.4

type AnyTask = {
  label: string
  first?: { folder(step: ResolvedStep): string | null; find: NonNullable<Task<'inpaint'>['first']>['find'] }
  run(raster: Raster, step: ResolvedStep, options: TaskOptions | undefined, found?: Raster): Promise<Raster>
}
