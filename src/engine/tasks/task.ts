import type { ResolvedStep } from '../../contract/step.ts'
import type { Raster } from '../imaging/raster.ts'
import type { TaskOptions } from './tiled.ts'

type StepOf<T extends ResolvedStep['task']> = Extract<ResolvedStep, { task: T }>

/** One thing that is done to a picture. Gives a new one; the given one stays as it is. */
export type Task<T extends ResolvedStep['task']> = {
  /** What is going on, in words, for a progress bar. */
  label: string
  /** Without a model there are no options. */
  run(
    raster: Raster,
    step: Omit<StepOf<T>, 'task' | 'folder'>,
    options: StepOf<T> extends { folder: string } ? TaskOptions : undefined,
  ): Promise<Raster>
}
