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
  kind: z.literal('adam'),
  learningRate: z.number().positive(),
  /** Linear ramp up, steps; then cosine decay to 0 at the last step (Loshchilov & Hutter 2017). */
  warmupSteps: z.int().nonnegative(),
  /** Largest global norm of the gradient (Pascanu et al. 2013). */
  clipNorm: z.number().positive(),
})

export const rangeSchema = z
  .tuple([z.number(), z.number()])
  .refine(([low, high]) => low <= high, 'low end above high end')
