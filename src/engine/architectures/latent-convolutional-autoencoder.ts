/**
 * The latent convolutional autoencoder: strided convolutions down, a dense code of a few units, and the mirror image
 * up by transposed convolutions. LeakyReLU (Maas et al. 2013) and batch norm (Ioffe & Szegedy 2015) as in DCGAN
 * (Radford et al. 2016).
 */
import { z } from 'zod'
import { LimpidError } from '../../contract/errors.ts'
import { tf } from '../tf.ts'
import type { Architecture } from './architecture.ts'
import {
  CODE,
  initializers,
  LOGITS,
  pictureInput,
  pictureShapeSchema,
  toPicture,
  wholePicture,
} from './autoencoder-parts.ts'

const parameters = z.strictObject({
  picture: pictureShapeSchema,
  /** Of the strided 3×3 convolutions, finest first: each halves the picture. */
  filters: z.array(z.int().positive()).min(1).max(6).default([32, 64]),
  /** Units of the code. */
  code: z.int().positive().default(16),
  /** Slope of the LeakyReLU below 0. */
  slope: z.number().min(0).lt(1).default(0.2),
})

export const latentConvolutionalAutoencoder: Architecture<z.infer<typeof parameters>> = {
  name: 'latent-convolutional-autoencoder',
  parameters,
  build({ picture, filters, code, slope }, seed) {
    const multiple = 2 ** filters.length
    if (picture[0] % multiple !== 0 || picture[1] % multiple !== 0) {
      const sides = `${picture[0]} × ${picture[1]} px`
      throw new LimpidError(
        'recipe-invalid',
        `Pictures of ${sides} can't be halved ${filters.length} times.`,
        {
          hint: `Take sides that are multiples of ${multiple}, or fewer filters.`,
        },
      )
    }
    const init = initializers(seed)
    const activate = (x: tf.SymbolicTensor, name: string) => {
      const leaky = tf.layers.leakyReLU({ name: `${name}_leaky`, alpha: slope }).apply(x)
      return tf.layers.batchNormalization({ name: `${name}_norm` }).apply(leaky) as tf.SymbolicTensor
    }
    const strided = { kernelSize: 3, strides: 2, padding: 'same' } as const

    const input = pictureInput(picture)
    let x = input
    filters.forEach((count, i) => {
      const name = `encode${i + 1}`
      const conv = tf.layers.conv2d({ ...strided, name, filters: count, kernelInitializer: init.he() })
      x = activate(conv.apply(x) as tf.SymbolicTensor, name)
    })
    const smallest = [picture[0] / multiple, picture[1] / multiple, filters[filters.length - 1]]
    x = tf.layers.flatten({ name: 'flat' }).apply(x) as tf.SymbolicTensor
    x = tf.layers
      .dense({ name: CODE, units: code, kernelInitializer: init.glorot() })
      .apply(x) as tf.SymbolicTensor
    const units = smallest.reduce((product, side) => product * side, 1)
    x = tf.layers
      .dense({ name: 'unfold', units, kernelInitializer: init.glorot() })
      .apply(x) as tf.SymbolicTensor
    x = tf.layers.reshape({ name: 'maps', targetShape: smallest }).apply(x) as tf.SymbolicTensor
    filters.toReversed().forEach((count, i) => {
      const name = `decode${i + 1}`
      const options = { ...strided, name, filters: count, kernelInitializer: init.he() }
      x = activate(tf.layers.conv2dTranspose(options).apply(x) as tf.SymbolicTensor, name)
    })
    const head = { name: LOGITS, filters: picture[2], kernelSize: 3, padding: 'same' } as const
    const logits = tf.layers.conv2dTranspose({ ...head, kernelInitializer: init.glorot() }).apply(x)
    const outputs = toPicture(logits as tf.SymbolicTensor)
    return tf.model({ inputs: input, outputs, name: 'latent_convolutional_autoencoder' })
  },
  ...wholePicture,
}
