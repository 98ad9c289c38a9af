/**
 * Writes the model folder of a restoration recipe with its untrained weights, or those of the recipe's `init`, for
 * train.py to fill:
 *
 *     node tools/training/untrained.ts --recipe recipes/denoise-fast.json [--init FOLDER] --out FOLDER
 */
import path from 'node:path'
import { parseArgs } from 'node:util'
import { readRecipe } from '../../src/cli/recipe-file.ts'
import { tf } from '../../src/engine/tf.ts'
import { restorationCourse } from '../../src/engine/training/restoration-learner.ts'

const { values: options } = parseArgs({
  options: { recipe: { type: 'string' }, init: { type: 'string' }, out: { type: 'string' } },
})
const { recipe: recipeFile, init, out } = options
if (!recipeFile || !out) throw new Error('Name a recipe with --recipe and a new model folder with --out.')

const recipe = await readRecipe(recipeFile)
if (recipe.task === 'autoencode' || recipe.task === 'segment')
  throw new Error(`${recipeFile} is no recipe of a restoration model.`)
await tf.setBackend('cpu') // computes nothing here but first weights
const course = await restorationCourse(recipe, { train: [], validation: [] }, { init })
await course.save(path.resolve(out))
