/**
 * What autoencoders here have in common: pictures of one size in and out, a layer called `code` between, and, where
 * the output is 0..1, one called `logits` before its sigmoid. By these names encoder and decoder are found again.
 */
import { z } from 'zod'
import { tf } from '../tf.ts'

export const CODE = 'code'
/** Of a Gaussian code: the log of its variance, `code` being its mean. */
export const LOG_VARIANCE = 'log_variance'
export const LOGITS = 'logits'
export const RECONSTRUCTION = 'reconstruction'

/** Height, width, channels of the pictures. */
export const pictureShapeSchema = z
  .tuple([z.int().positive(), z.int().positive(), z.int().positive()])
  .default([28, 28, 1])

/** px that matter for any output pixel: all of them. */
export const wholePicture = {
  sizeMultiple: () => 1,
  receptiveFieldRadius: ({ picture }: { picture: [number, number, number] }) =>
    Math.max(picture[0], picture[1]),
}

type Tensor = tf.SymbolicTensor

export const pictureInput = (picture: readonly number[]): Tensor =>
  tf.input({ shape: [...picture], name: 'picture' })

/** Initializers with seeds of their own. `heNormal` before a ReLU (He et al. 2015), else `glorotNormal` (Glorot & Bengio 2010). */
export function initializers(seed: number) {
  let count = 0
  const next = () => seed + 7919 * ++count
  return {
    he: () => tf.initializers.heNormal({ seed: next() }),
    /** Before a sigmoid that is to tell pictures apart from the start: with `glorotNormal` all of it is near 0.5. */
    wide: () =>
      tf.initializers.varianceScaling({ scale: 16, mode: 'fanIn', distribution: 'normal', seed: next() }),
    glorot: () => tf.initializers.glorotNormal({ seed: next() }),
  }
}

/** [batch, n] → the picture [batch, height, width, channels], by a dense layer; 0..1 by a sigmoid unless `linear`. */
export function densePicture(
  x: Tensor,
  picture: readonly number[],
  kernelInitializer: ReturnType<typeof tf.initializers.glorotNormal>,
  linear = false,
): Tensor {
  const units = picture.reduce((product, side) => product * side, 1)
  const flat = tf.layers.dense({ name: 'pixels', units, kernelInitializer }).apply(x)
  const reshaped = tf.layers.reshape({
    name: linear ? RECONSTRUCTION : LOGITS,
    targetShape: [...picture],
  })
  const shaped = reshaped.apply(flat) as Tensor
  return linear ? shaped : toPicture(shaped)
}

/** Logits → 0..1. */
export function toPicture(logits: Tensor): Tensor {
  return tf.layers.activation({ name: RECONSTRUCTION, activation: 'sigmoid' }).apply(logits) as Tensor
}
