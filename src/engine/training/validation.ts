import { LimpidError } from '../../contract/errors.ts'
import type { RestorationRecipe } from '../../contract/restoration-recipe.ts'
import { FIND_SCRATCHES } from '../../contract/step.ts'
import { psnr } from '../metrics/psnr.ts'
import { tf } from '../tf.ts'
import { batchOf } from './batch.ts'
import type { TrainingPicture } from './dataset.ts'
import { type ValidationPair, validationPairs, validationSettings } from './validation-pairs.ts'

/**
 * Mean PSNR in dB over the validation pictures, one for each of the recipe's settings (`validationSettings`). Where
 * something of the picture is lost (inpaint) it is that of the lost pixels; of find-scratches, that of the mask. Throws
 * `recipe-invalid` where none of a setting's pictures lost anything.
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
    const value = await validateOne(model, recipe, pair)
    if (value !== null) values.push(value)
  }
  const nothing = all.findIndex((values) => values.length === 0)
  if (nothing >= 0) throw nothingLost(recipe, validationSettings(recipe)[nothing].name)
  return all.map((values) => values.reduce((sum, value) => sum + value, 0) / values.length)
}

function nothingLost({ id }: RestorationRecipe, setting: string): LimpidError {
  return new LimpidError(
    'recipe-invalid',
    `${id} can't be validated at ${setting}: no picture loses a pixel.`,
    {
      hint: 'Give that setting larger holes, or take it out.',
    },
  )
}

/** Null where nothing is to be filled in. */
async function validateOne(
  model: tf.LayersModel,
  { task }: RestorationRecipe,
  pair: ValidationPair,
): Promise<number | null> {
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
    if (!mask) return task === 'inpaint' ? null : psnr(values, clean)
    if (!mask.some((lost) => lost > 0)) return null
    const lost = (_: number, i: number) => mask[(i / channels) | 0] > 0
    return psnr(values.filter(lost), clean.filter(lost))
  } finally {
    restored.dispose()
  }
}
