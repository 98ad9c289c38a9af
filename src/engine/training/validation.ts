import type { RestorationRecipe } from '../../contract/restoration-recipe.ts'
import { addGaussianNoise } from '../degradations/gaussian-noise.ts'
import { psnr } from '../metrics/psnr.ts'
import { random } from '../random.ts'
import { tf } from '../tf.ts'
import type { TrainingPicture } from './dataset.ts'

/**
 * Mean PSNR in dB over the validation pictures (centre crops), one for each sigma of the recipe. The noise of a
 * picture is the same at every call; every fourth picture is turned to grey, as in training.
 */
export async function validate(
  model: tf.LayersModel,
  pictures: readonly TrainingPicture[],
  recipe: RestorationRecipe,
): Promise<number[]> {
  const means: number[] = []
  for (const sigma of recipe.validation.sigmas) {
    let sum = 0
    for (const [i, picture] of pictures.entries()) sum += await validateOne(model, picture, i, sigma, recipe)
    means.push(sum / pictures.length)
  }
  return means
}

async function validateOne(
  model: tf.LayersModel,
  picture: TrainingPicture,
  index: number,
  sigma: number,
  recipe: RestorationRecipe,
): Promise<number> {
  const side = Math.min(recipe.validation.crop, picture.width, picture.height) & ~15
  const channels = index % 4 === 3 ? 1 : 3
  const clean = centreCrop(picture, side, channels === 1)
  const patch = { width: side, height: side, channels, values: clean } as const
  const noisy = addGaussianNoise(patch, sigma, random(recipe.seed, index, 2))
  const restored = tf.tidy(() => {
    const given = tf.tensor4d(noisy.values, [1, side, side, channels])
    const x = channels === 1 ? given.tile([1, 1, 1, 3]) : given
    const y = (model.predictOnBatch(x) as tf.Tensor4D).clipByValue(0, 1)
    return channels === 1 ? y.mean(3) : y
  })
  try {
    return psnr((await restored.data()) as Float32Array, clean)
  } finally {
    restored.dispose()
  }
}

/** [side, side, 1 or 3], 0..1. */
function centreCrop({ samples, width, height }: TrainingPicture, side: number, grey: boolean): Float32Array {
  const left = (width - side) >> 1
  const top = (height - side) >> 1
  const values = new Float32Array(side * side * (grey ? 1 : 3))
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
  return values
}
