/**
 * The sparse autoencoder (Ng 2011, "Sparse autoencoder", CS294A; Olshausen & Field 1996 for the idea): more code units
 * than it needs, of which few are active for any one picture. That is the loss's doing: a penalty on the code, L1 for
 * ReLU units (which it turns off), KL for sigmoid ones.
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
  code: z.int().positive().default(256),
  activation: z.enum(['relu', 'sigmoid']).default('relu'),
})

export const sparseAutoencoder: Architecture<z.infer<typeof parameters>> = {
  name: 'sparse-autoencoder',
  parameters,
  build({ picture, code, activation }, seed) {
    const init = initializers(seed)
    const input = pictureInput(picture)
    const flat = tf.layers.flatten({ name: 'flat' }).apply(input)
    const kernelInitializer = activation === 'relu' ? init.he() : init.glorot()
    const hidden = tf.layers.dense({ name: CODE, units: code, activation, kernelInitializer })
    const coded = hidden.apply(flat) as tf.SymbolicTensor // [b, code]
    const outputs = densePicture(coded, picture, init.glorot()) // [b, height, width, channels]
    return tf.model({ inputs: input, outputs, name: 'sparse_autoencoder' })
  },
  ...wholePicture,
}
