/** What every training recipe has. */
import { z } from 'zod'

export const recipeHeader = {
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower-case words joined by dashes'),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  title: z.string(),
  licence: z.string(),
  architecture: z.strictObject({ name: z.string(), parameters: z.record(z.string(), z.unknown()) }),
  seed: z.int(),
}

export const optimizerSchema = z.strictObject({
  /** `muon`: for the hidden layers' kernels, Adam for the rest. */
  kind: z.enum(['adam', 'muon']),
  learningRate: z.number().positive(),
  /** Linear ramp up, steps; then as `decay` says. */
  warmupSteps: z.int().nonnegative(),
  /** `cosine` (also if absent): to 0 at the last step (Loshchilov & Hutter 2017). `none`: stays as it is. */
  decay: z.enum(['cosine', 'none']).optional(),
  /** Largest global norm of the gradient (Pascanu et al. 2013). */
  clipNorm: z.number().positive(),
  /**
   * Validates and keeps a moving average of the weights with this decay a step, .999 say (Polyak & Juditsky 1992);
   * absent: the weights themselves.
   */
  ema: z.number().gt(0).lt(1).optional(),
})
export type OptimizerSpec = z.infer<typeof optimizerSchema>

/** As people read them. */
export const OPTIMIZER_NAMES: Record<OptimizerSpec['kind'], string> = { adam: 'Adam', muon: 'Muon' }

/** How long the systems of the Lab learn, and with what. */
export const gradientTrainingSchema = z.strictObject({
  method: z.literal('gradient'),
  /** Pictures a step. */
  batch: z.int().positive(),
  length: z.union([
    z.strictObject({ epochs: z.int().positive() }),
    z.strictObject({ steps: z.int().positive() }),
  ]),
  /** Steps from one validation to the next; absent: an epoch. */
  everySteps: z.int().positive().optional(),
  optimizer: optimizerSchema,
})
export type GradientTraining = z.infer<typeof gradientTrainingSchema>

const rangeOf = (end: z.ZodNumber) =>
  z.tuple([end, end]).refine(([low, high]) => low <= high, 'low end above high end')

/** From a low end to a high one: of shares, 0..1; of sizes, above 0; of amounts, 0 and up; of JPEG's qualities. */
export const shareRange = rangeOf(z.number().min(0).max(1))
export const sizeRange = rangeOf(z.number().positive())
export const amountRange = rangeOf(z.number().nonnegative())
export const jpegQualityRange = rangeOf(z.number().min(1).max(100))

/** What of `names` comes again. */
export const repeated = (names: readonly string[]): string[] =>
  names.filter((name, i) => names.indexOf(name) < i)

/** A folder as two recipes' lines may spell it: `./photos/` is `photos`. */
export const plainFolder = (folder: string): string => folder.replace(/\/+$/, '').replace(/^(\.\/+)+/, '')
