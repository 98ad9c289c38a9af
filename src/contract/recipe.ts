/** A training recipe: everything that decides what a trained model becomes, as one JSON file. */
import { z } from 'zod'
import { restorationRecipeSchema } from './restoration-recipe.ts'
import { segmentationRecipeSchema } from './segmentation-recipe.ts'
import { autoencoderRecipeSchema } from './zoo-recipe.ts'

export const recipeSchema = z.discriminatedUnion('task', [
  restorationRecipeSchema,
  autoencoderRecipeSchema,
  segmentationRecipeSchema,
])
export type Recipe = z.infer<typeof recipeSchema>
