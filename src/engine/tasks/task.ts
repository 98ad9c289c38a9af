import type { ResolvedStep } from '../../contract/step.ts'
import type { Raster } from '../imaging/raster.ts'
import type { TaskOptions } from './tiled.ts'

type StepOf<T extends ResolvedStep['task']> = Extract<ResolvedStep, { task: T }>

/** One thing that is done to a picture. Gives a new one; the given one stays as it is. */
export type Task<T extends ResolvedStep['task']> = {
  /** What is going on, in words, for a progress bar. */
  label: string
  /** Another model, run first: one computes at a time. What it finds goes to `run`. */
  first?: {
    /** Of the model; null where the step needs none. */
    folder(step: StepOf<T>): string | null
    find(raster: Raster, options: TaskOptions): Promise<Raster>
  }
  /** Without a model there are no options. */
  run(
    raster: Raster,
    step: Omit<StepOf<T>, 'task' | 'folder'>,
    options: StepOf<T> extends { folder: string } ? TaskOptions : undefined,
    found?: Raster,
  ): Promise<Raster>
}
