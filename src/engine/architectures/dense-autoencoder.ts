/**
 * The autoencoder with one hidden layer (Rumelhart, Hinton & Williams 1986): the picture → a code of a few units →
 * the picture. Trained with noisy input and clean target it is the denoising autoencoder (Vincent et al. 2008).
 */
import { z } from 'zod'
import { tf } from '../tf.ts'
import type { Architecture } from './architecture.ts'
import {
  CODE,
  densePicture,
  initializers,
  pictureInput,
  pictureShapeSchema,
  wholePicture,
} from './autoencoder-parts.ts'

const parameters = z.strictObject({
  picture: pictureShapeSchema,
  /** Units of the code. */
  code: z.int().positive().default(64),
})

export const denseAutoencoder: Architecture<z.infer<typeof parameters>> = {
  name: 'dense-autoencoder',
  parameters,
  build({ picture, code }, seed) {
    const init = initializers(seed)
    const input = pictureInput(picture)
    const flat = tf.layers.flatten({ name: 'flat' }).apply(input)
    const hidden = tf.layers.dense({
      name: CODE,
      units: code,
      activation: 'relu',
      kernelInitializer: init.he(),
    })
    const coded = hidden.apply(flat) as tf.SymbolicTensor // [b, code]
    const outputs = densePicture(coded, picture, init.glorot()) // [b, height, width, channels]
    return tf.model({ inputs: input, outputs, name: 'dense_autoencoder' })
  },
  ...wholePicture,
}
