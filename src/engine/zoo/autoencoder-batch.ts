import type { AutoencoderRecipe } from '../../contract/zoo-recipe.ts'
import { random } from '../random.ts'
import { tf } from '../tf.ts'
import { binarise, corrupt } from './corruption.ts'
import { floats, type PictureShape, type Pictures } from './pictures.ts'

/** In ordinary memory. */
export type AutoencoderBatch = {
  shape: PictureShape
  count: number
  /** [count, height, width, channels], 0..1 unless its noise is not clipped. */
  given: Float32Array
  /** The same, clean. */
  target: Float32Array
  /** N(0, 1), [count, code]: what a variational autoencoder draws its codes with. */
  noise: Float32Array
}

/** What the network is given, and should give back. All chance comes from `seeds`. */
export function makeBatch(
  { corruption, binarise: isBinary }: Pick<AutoencoderRecipe, 'corruption' | 'binarise'>,
  pictures: Pictures,
  indices: ArrayLike<number>,
  codeSize: number,
  ...seeds: number[]
): AutoencoderBatch {
  const draw = random(...seeds)
  const grey = floats(pictures, indices)
  const target = isBinary ? binarise(grey, draw) : grey
  const noise = new Float32Array(indices.length * codeSize)
  draw.fillGaussian(noise)
  const given = corrupt(target, corruption, draw)
  return { shape: pictures.shape, count: indices.length, given, target, noise }
}

export function tensorsOf({ shape, count, given, target, noise }: AutoencoderBatch) {
  return {
    given: tf.tensor4d(given, [count, ...shape]),
    target: tf.tensor4d(target, [count, ...shape]),
    noise: tf.tensor2d(noise, [count, noise.length / count]),
  }
}
