import type { RestorationRecipe } from '../../contract/restoration-recipe.ts'
import { psnr } from '../metrics/psnr.ts'
import { tf } from '../tf.ts'
import type { TrainingPicture } from './dataset.ts'
import { type ValidationPair, validationPairs } from './validation-pairs.ts'

/** Mean PSNR in dB over the validation pictures, one for each setting of the recipe. */
export async function validate(
  model: tf.LayersModel,
  pictures: readonly TrainingPicture[],
  recipe: RestorationRecipe,
): Promise<number[]> {
  const all: number[][] = []
  for await (const pair of validationPairs(pictures, recipe)) {
    const values = all[pair.setting] ?? []
    all[pair.setting] = values
    values.push(await validateOne(model, pair))
  }
  return all.map((values) => values.reduce((sum, value) => sum + value, 0) / values.length)
}

async function validateOne(model: tf.LayersModel, { clean, degraded }: ValidationPair): Promise<number> {
  const { width, height, channels } = clean
  const restored = tf.tidy(() => {
    const given = tf.tensor4d(degraded.values, [1, height, width, channels])
    const x = channels === 1 ? given.tile([1, 1, 1, 3]) : given
    const y = (model.predictOnBatch(x) as tf.Tensor4D).clipByValue(0, 1)
    return channels === 1 ? y.mean(3) : y
  })
  try {
    return psnr((await restored.data()) as Float32Array, clean.values)
  } finally {
    restored.dispose()
  }
}
