/** A training recipe: everything that decides what a trained model becomes, as one JSON file. */
import type { z } from 'zod'
import { restorationRecipeSchema } from './restoration-recipe.ts'

export const recipeSchema = restorationRecipeSchema
export type Recipe = z.infer<typeof recipeSchema>
