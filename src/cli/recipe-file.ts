/** Reads a training recipe, and says what is wrong with it in terms of its fields. */
import { readFile } from 'node:fs/promises'
import { readError } from '../app/file-errors.ts'
import { LimpidError } from '../contract/errors.ts'
import { type Recipe, recipeSchema } from '../contract/recipe.ts'

export async function readRecipe(file: string): Promise<Recipe> {
  const text = await readFile(file, 'utf8').catch((thrown) => {
    throw readError(thrown, file)
  })
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (thrown) {
    throw invalid(file, `is no JSON: ${(thrown as Error).message}.`)
  }
  const result = recipeSchema.safeParse(json)
  if (result.success) return result.data
  const issues = result.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  )
  throw invalid(file, `does not fit. ${issues.join('; ')}.`)
}

function invalid(file: string, what: string): LimpidError {
  return new LimpidError('recipe-invalid', `The recipe ${file} ${what}`, {
    file,
    hint: 'Correct it; recipes/denoise-fast.json is one that fits.',
  })
}
