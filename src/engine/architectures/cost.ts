import type { tf } from '../tf.ts'
import { describeModel } from './describe.ts'

/**
 * Multiply-accumulates that a model spends on one pixel of its input, in millions, as papers count (describe.ts). Where
 * the model leaves the size of its input open, it is `side`² px.
 */
export function megaMacsPerPixel(model: tf.LayersModel, side = 256): number {
  const { megaMacs, picture } = describeModel(model, side, side)
  return megaMacs / (picture[0] * picture[1])
}
