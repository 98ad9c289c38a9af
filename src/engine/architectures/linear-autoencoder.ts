/**
 * The linear autoencoder: no activation anywhere. At its best it spans the space of the first principal components
 * (Baldi & Hornik 1989), so that with the components for its weights it is PCA itself.
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
  /** Units of the code: components. */
  code: z.int().positive().default(16),
})

export const linearAutoencoder: Architecture<z.infer<typeof parameters>> = {
  name: 'linear-autoencoder',
  parameters,
  build({ picture, code }, seed) {
    const init = initializers(seed)
    const input = pictureInput(picture)
    const flat = tf.layers.flatten({ name: 'flat' }).apply(input)
    const hidden = tf.layers.dense({ name: CODE, units: code, kernelInitializer: init.glorot() })
    const coded = hidden.apply(flat) as tf.SymbolicTensor // [b, code]
    const outputs = densePicture(coded, picture, init.glorot(), true) // [b, height, width, channels]
    return tf.model({ inputs: input, outputs, name: 'linear_autoencoder' })
  },
  ...wholePicture,
}
