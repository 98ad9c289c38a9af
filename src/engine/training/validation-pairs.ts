/** What is validated on: the kept-apart pictures, degraded by each of the recipe's settings. The same at every call. */
import type { DegradationSpec } from '../../contract/degradations.ts'
import { LimpidError } from '../../contract/errors.ts'
import { PAIRS_SETTING, type RestorationRecipe, sigmaSetting } from '../../contract/restoration-recipe.ts'
import { degrade } from '../degradations/index.ts'
import { random } from '../random.ts'
import type { Pair } from './batch.ts'
import { centreView, cut } from './cut.ts'
import type { TrainingPicture } from './dataset.ts'

/** `degradations` null: the picture is half of a pair, its other half is the input. */
type Setting = { name: string; degradations: readonly DegradationSpec[] | null }

/** `setting` is its place in `validationSettings`. */
export type ValidationPair = Pair & { setting: number }

/** What is measured, in order: the recipe's sigmas, its settings, and its pairs where it has some. */
export function validationSettings({ validation, data }: RestorationRecipe): Setting[] {
  const settings: Setting[] = [...validation.sigmas.map(sigmaSetting), ...validation.settings]
  if (data.pairs.length > 0) settings.push({ name: PAIRS_SETTING, degradations: null })
  return settings
}

/** Setting by setting, in each picture by picture: centre crops, some turned to grey as in training. */
export async function* validationPairs(
  pictures: readonly TrainingPicture[],
  recipe: RestorationRecipe,
): AsyncGenerator<ValidationPair> {
  for (const [setting, { degradations }] of validationSettings(recipe).entries()) {
    for (const [i, picture] of pictures.entries()) {
      if ((degradations === null) !== (picture.degraded !== undefined)) continue
      const side = cropSide(picture, recipe)
      const take = (samples: Uint8Array) =>
        cut(picture, samples, centreView(picture, side), side, recipe.greyShare > 0 && i % 4 === 3)
      const clean = take(picture.samples)
      const degraded =
        degradations === null
          ? take(picture.degraded!)
          : await degrade(clean, degradations, random(recipe.seed, i, 2))
      yield { setting, clean, degraded }
    }
  }
}

/** px. A multiple of the size multiple of every network that a recipe has. */
function cropSide({ name, width, height }: TrainingPicture, recipe: RestorationRecipe): number {
  const multiple = recipe.scale === 3 ? 48 : 16
  const side = Math.floor(Math.min(recipe.validation.crop, width, height) / multiple) * multiple
  if (side > 0) return side
  throw new LimpidError('data-missing', `${name} is too small to validate on: ${width} × ${height} px.`, {
    hint: `Take pictures of at least ${multiple} px, and a validation crop that is no smaller.`,
  })
}
