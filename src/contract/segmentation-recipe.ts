/** Recipes of the Lab's systems that mark what is where: pictures in, masks or labels out. Pictures are 0..1. */
import { z } from 'zod'
import { gradientTrainingSchema, recipeHeader } from './recipe-parts.ts'

const folders = {
  /** Each holds `image` and `mask`, or `image` and `label`: files of the same name. Relative to the data folder. */
  train: z.string(),
  /** Absent: `validationShare` of the training pictures. */
  validation: z.string().optional(),
  validationShare: z.number().gt(0).lt(1),
  test: z.string().optional(),
  /** Sides of what the network sees, px. */
  width: z.int().positive(),
  height: z.int().positive(),
  /** What is done to a picture of another shape. Absent: there may be none. */
  fit: z.enum(['crop', 'resize']).optional(),
  provenance: z.string(),
}

export const segmentationRecipeSchema = z.strictObject({
  ...recipeHeader,
  task: z.literal('segment'),
  data: z.discriminatedUnion('kind', [
    /** White is the subject. */
    z.strictObject({ kind: z.literal('masks'), ...folders }),
    /** The grey value is the class. */
    z.strictObject({
      kind: z.literal('labels'),
      ...folders,
      classes: z.array(z.string()).min(2),
      /** Grey value of pixels that count for nothing. */
      void: z.int().optional(),
    }),
  ]),
  loss: z.strictObject({ kind: z.enum(['cross-entropy', 'dice', 'mse']) }),
  training: gradientTrainingSchema,
})
export type SegmentationRecipe = z.infer<typeof segmentationRecipeSchema>
