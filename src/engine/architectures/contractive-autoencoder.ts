/**
 * The contractive autoencoder (Rifai et al. 2011, "Contractive Auto-Encoders: Explicit Invariance During Feature
 * Extraction"): one sigmoid layer whose Jacobian the loss keeps small, so that the code hardly moves when the picture
 * does a little. For a sigmoid layer h = σ(Wx + b) the penalty is exact: ‖J‖² = Σⱼ (hⱼ(1 - hⱼ))² Σᵢ Wᵢⱼ².
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

export const contractiveAutoencoder: Architecture<z.infer<typeof parameters>> = {
  name: 'contractive-autoencoder',
  parameters,
  build({ picture, code }, seed) {
    const init = initializers(seed)
    const input = pictureInput(picture)
    const flat = tf.layers.flatten({ name: 'flat' }).apply(input)
    const hidden = tf.layers.dense({
      name: CODE,
      units: code,
      activation: 'sigmoid',
      kernelInitializer: init.wide(),
    })
    const coded = hidden.apply(flat) as tf.SymbolicTensor // [b, code]
    const outputs = densePicture(coded, picture, init.glorot()) // [b, height, width, channels]
    return tf.model({ inputs: input, outputs, name: 'contractive_autoencoder' })
  },
  ...wholePicture,
}
