/** A training recipe: everything that decides what a trained model becomes, as one JSON file. */
import { z } from 'zod'

const range = z.tuple([z.number(), z.number()]).refine(([low, high]) => low <= high, 'low end above high end')

const degradationSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('gaussian-noise'),
    /** Standard deviation in 8-bit units, drawn uniformly for each patch. */
    sigma: range,
  }),
])

const stageSchema = z.strictObject({
  steps: z.int().positive(),
  /** Side of the square patches, px. */
  patch: z.int().positive(),
  /** Patches a step. */
  batch: z.int().positive(),
})

export const recipeSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower-case words joined by dashes'),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  title: z.string(),
  task: z.literal('denoise'),
  licence: z.string(),
  architecture: z.strictObject({ name: z.string(), parameters: z.record(z.string(), z.unknown()) }),
  data: z.strictObject({
    /** Folders of clean pictures, relative to the data folder. */
    train: z.array(z.string()).min(1),
    /** So many of those pictures, evenly spread, are kept apart to validate on. */
    validationPictures: z.int().positive(),
    /** Who made the pictures, for the model card. */
    provenance: z.string(),
  }),
  /** Share of patches turned to grey: grey noise is the same in all three channels, which a net must have seen. */
  greyShare: z.number().min(0).max(1),
  /** Applied in order to a clean patch to make the input. */
  degradations: z.array(degradationSchema).min(1),
  loss: z.enum(['l1', 'l2']),
  optimizer: z.strictObject({
    kind: z.literal('adam'),
    learningRate: z.number().positive(),
    /** Linear ramp up, steps; then cosine decay to 0 at the last step (Loshchilov & Hutter 2017). */
    warmupSteps: z.int().nonnegative(),
    /** Largest global norm of the gradient (Pascanu et al. 2013). */
    clipNorm: z.number().positive(),
  }),
  /** One after the other; the learning rate runs over all of them. */
  stages: z.array(stageSchema).min(1),
  validation: z.strictObject({
    everySteps: z.int().positive(),
    /** Validate on a centre crop of this side, px. */
    crop: z.int().positive(),
    /** Noise levels, 8-bit units; the mean PSNR over them picks the best checkpoint. */
    sigmas: z.array(z.number()).min(1),
  }),
  seed: z.int(),
})

export type Recipe = z.infer<typeof recipeSchema>
export type DegradationSpec = z.infer<typeof degradationSchema>
