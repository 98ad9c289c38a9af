import type { RestorationRecipe } from '../../contract/restoration-recipe.ts'
import { FIND_SCRATCHES } from '../../contract/step.ts'
import { psnr } from '../metrics/psnr.ts'
import { tf } from '../tf.ts'
import { batchOf } from './batch.ts'
import type { TrainingPicture } from './dataset.ts'
import { type ValidationPair, validationPairs } from './validation-pairs.ts'

/**
 * Mean PSNR in dB over the validation pictures, one for each of the recipe's settings (`validationSettings`). Where
 * something of the picture is lost (inpaint) it is that of the lost pixels; of find-scratches, that of the mask.
 */
export async function validate(
  model: tf.LayersModel,
  pictures: readonly TrainingPicture[],
  recipe: RestorationRecipe,
): Promise<number[]> {
  const all: number[][] = []
  for await (const pair of validationPairs(pictures, recipe)) {
    const values = all[pair.setting] ?? []
    all[pair.setting] = values
    values.push(await validateOne(model, recipe, pair))
  }
  return all.map((values) => values.reduce((sum, value) => sum + value, 0) / values.length)
}

async function validateOne(
  model: tf.LayersModel,
  { task }: RestorationRecipe,
  pair: ValidationPair,
): Promise<number> {
  const { channels, values: clean } = pair.clean
  const { patch, inputChannels, input, target } = batchOf(task, 0, [pair])
  const restored = tf.tidy(() => {
    const x = tf.tensor4d(input, [1, patch, patch, inputChannels])
    const y = (model.predictOnBatch(x) as tf.Tensor4D).clipByValue(0, 1)
    return channels === 1 ? y.mean(3) : y
  })
  try {
    const values = (await restored.data()) as Float32Array
    if (task === FIND_SCRATCHES) return psnr(values, target)
    const { mask } = pair.degraded
    if (!mask) return psnr(values, clean)
    const lost = (_: number, i: number) => mask[(i / channels) | 0] > 0
    return psnr(values.filter(lost), clean.filter(lost))
  } finally {
    restored.dispose()
  }
}
