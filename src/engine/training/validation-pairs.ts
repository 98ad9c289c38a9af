/** What is validated on: the kept-apart pictures, degraded by each of the recipe's settings. The same at every call. */
import type { RestorationRecipe } from '../../contract/restoration-recipe.ts'
import type { Patch } from '../degradations/degradation.ts'
import { addGaussianNoise } from '../degradations/gaussian-noise.ts'
import { random } from '../random.ts'
import type { TrainingPicture } from './dataset.ts'
import { type Batch, batchOf } from './patches.ts'

/** `clean` and `degraded` have the same size and channels; `setting` counts the recipe's settings. */
export type ValidationPair = { setting: number; clean: Patch; degraded: Patch }

/** Setting by setting, in each picture by picture: centre crops, every fourth turned to grey as in training. */
export async function* validationPairs(
  pictures: readonly TrainingPicture[],
  recipe: RestorationRecipe,
): AsyncGenerator<ValidationPair> {
  for (const [setting, sigma] of recipe.validation.sigmas.entries()) {
    for (const [i, picture] of pictures.entries()) {
      const clean = centreCrop(picture, recipe.validation.crop, i % 4 === 3)
      yield { setting, clean, degraded: addGaussianNoise(clean, sigma, random(recipe.seed, i, 2)) }
    }
  }
}

/** The same, as batches of one in the form of the training's: `step` is the setting. */
export async function* validationBatches(
  pictures: readonly TrainingPicture[],
  recipe: RestorationRecipe,
): AsyncGenerator<Batch> {
  for await (const { setting, clean, degraded } of validationPairs(pictures, recipe)) {
    yield batchOf(setting, [{ clean, degraded }])
  }
}

/** A square of at most `crop` px, its side a multiple of every network's. */
function centreCrop({ samples, width, height }: TrainingPicture, crop: number, grey: boolean): Patch {
  const side = Math.min(crop, width, height) & ~15
  const left = (width - side) >> 1
  const top = (height - side) >> 1
  const channels = grey ? 1 : 3
  const values = new Float32Array(side * side * channels)
  let to = 0
  for (let y = top; y < top + side; y++) {
    for (let from = 3 * (y * width + left), end = from + 3 * side; from < end; from += 3) {
      if (grey) {
        values[to++] = (0.299 * samples[from] + 0.587 * samples[from + 1] + 0.114 * samples[from + 2]) / 255
      } else {
        values[to++] = samples[from] / 255
        values[to++] = samples[from + 1] / 255
        values[to++] = samples[from + 2] / 255
      }
    }
  }
  return { width: side, height: side, channels, values }
}
