/** Recipes of restoration models: clean pictures, and how they are made worse. */
import { z } from 'zod'
import { optimizerSchema, rangeSchema, recipeHeader } from './recipe-parts.ts'

const plainDegradationSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('gaussian-noise'),
    /** Standard deviation in 8-bit units, drawn uniformly for each patch. */
    sigma: rangeSchema,
  }),
  z.strictObject({
    kind: z.literal('camera-noise'),
    /** Variance of the shot noise at the sensor for a signal of 1, drawn log-uniformly. */
    shot: rangeSchema,
    /** What the camera's own filters do to the noise: standard deviations, px. */
    lumaSmoothing: rangeSchema,
    chromaSmoothing: rangeSchema,
    /** Amount of unsharp masking. */
    sharpening: rangeSchema,
  }),
  z.strictObject({
    kind: z.literal('jpeg'),
    /** As libjpeg counts, 1..100. */
    quality: rangeSchema,
    /** Share saved with half the colour resolution (4:2:0); the rest keeps it (4:4:4). */
    subsampledShare: z.number().min(0).max(1),
    /** The 8 × 8 px grid begins anywhere, as in a cropped JPEG. */
    shiftGrid: z.boolean(),
  }),
])

const degradationSchema = z.discriminatedUnion('kind', [
  ...plainDegradationSchema.options,
  z.strictObject({
    kind: z.literal('mixture'),
    /** Each patch goes through one of these lists. An empty one leaves it as it is. */
    of: z
      .array(z.strictObject({ weight: z.number().positive(), degradations: z.array(plainDegradationSchema) }))
      .min(1),
  }),
])

const stageSchema = z.strictObject({
  steps: z.int().positive(),
  /** Side of the square patches, px. */
  patch: z.int().positive(),
  /** Patches a step. */
  batch: z.int().positive(),
})

export const restorationRecipeSchema = z.strictObject({
  ...recipeHeader,
  task: z.literal('denoise'),
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
  optimizer: optimizerSchema,
  /** One after the other; the learning rate runs over all of them. */
  stages: z.array(stageSchema).min(1),
  validation: z.strictObject({
    everySteps: z.int().positive(),
    /** Validate on a centre crop of this side, px. */
    crop: z.int().positive(),
    /** Noise levels, 8-bit units; the mean PSNR over them picks the best checkpoint. */
    sigmas: z.array(z.number()).min(1),
  }),
})

export type RestorationRecipe = z.infer<typeof restorationRecipeSchema>
export type DegradationSpec = z.infer<typeof degradationSchema>
