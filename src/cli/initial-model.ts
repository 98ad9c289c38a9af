/** What a recipe starts from (`init`): a model that is there, or that of another recipe, which is trained first. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { projectRoot } from '../app/folders.ts'
import { LimpidError } from '../contract/errors.ts'
import type { Recipe } from '../contract/recipe.ts'
import { RUN_FILE } from '../contract/training.ts'
import { readRecipe } from './recipe-file.ts'

/** A recipe and its folders. `init`: that of the model to start from. */
export type Training = { recipe: Recipe; runFolder: string; modelFolder: string; init?: string }

/**
 * What is to be trained, each with its `init` as a folder: `own`, and `before` it, in order, the recipes that it starts
 * from. Theirs are kept inside the run of the one after, and are left out once their model is there. `after`: files of the
 * recipes that start from this one. Throws `recipe-invalid` on a recipe that starts from itself.
 */
export async function trainingsOf(
  training: Omit<Training, 'init'>,
  file: string,
  cwd: string,
  after: readonly string[] = [],
): Promise<{ before: Training[]; own: Training }> {
  if (after.includes(file)) throw circular(file)
  const { recipe, runFolder } = training
  const init = 'init' in recipe && recipe.init !== undefined ? placeOf(recipe.init, cwd) : undefined
  if (init === undefined || !init.endsWith('.json')) return { before: [], own: { ...training, init } }
  const folder = path.join(runFolder, 'init')
  const modelFolder = path.join(folder, 'model')
  const own = { ...training, init: modelFolder }
  const isBegun = existsSync(path.join(runFolder, RUN_FILE)) // its checkpoint holds what it began from
  if (isBegun || existsSync(path.join(modelFolder, 'manifest.json'))) return { before: [], own }
  const parent = { recipe: await readRecipe(init), runFolder: folder, modelFolder }
  const first = await trainingsOf(parent, init, cwd, [...after, file])
  return { before: [...first.before, first.own], own }
}

/** Where a recipe's `init` lies: below the folder that is worked in, else in the project. */
function placeOf(init: string, cwd: string): string {
  const here = path.resolve(cwd, init)
  const inProject = path.join(projectRoot, init)
  return !existsSync(here) && existsSync(inProject) ? inProject : here
}

function circular(file: string): LimpidError {
  return new LimpidError('recipe-invalid', `The recipe ${file} starts from itself.`, {
    file,
    hint: 'Let one of those that it starts from do without an init.',
  })
}
