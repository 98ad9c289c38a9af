/**
 * The variational autoencoder (Kingma & Welling 2014, "Auto-Encoding Variational Bayes"; Rezende et al. 2014): the
 * encoder gives the mean and the log variance of a Gaussian code, the decoder the logits of Bernoulli pixels. The
 * network as it is saved decodes the mean; training draws the code between the two (zoo/autoencoder-loss.ts).
 */
import { z } from 'zod'
import { tf } from '../tf.ts'
import type { Architecture } from './architecture.ts'
import {
  CODE,
  densePicture,
  initializers,
  LOG_VARIANCE,
  pictureInput,
  pictureShapeSchema,
  wholePicture,
} from './autoencoder-parts.ts'

const parameters = z.strictObject({
  picture: pictureShapeSchema,
  /** Units of the hidden layers of the encoder, from the picture on; the decoder has them the other way round. */
  hidden: z.array(z.int().positive()).min(1).default([512, 256]),
  /** Latents. */
  code: z.int().positive().default(20),
})

export const variationalAutoencoder: Architecture<z.infer<typeof parameters>> = {
  name: 'variational-autoencoder',
  parameters,
  build({ picture, hidden, code }, seed) {
    const init = initializers(seed)
    const relu = (x: tf.SymbolicTensor, units: number, name: string) =>
      tf.layers
        .dense({ name, units, activation: 'relu', kernelInitializer: init.he() })
        .apply(x) as tf.SymbolicTensor
    const linear = (x: tf.SymbolicTensor, name: string) =>
      tf.layers.dense({ name, units: code, kernelInitializer: init.glorot() }).apply(x) as tf.SymbolicTensor

    const input = pictureInput(picture)
    let x = tf.layers.flatten({ name: 'flat' }).apply(input) as tf.SymbolicTensor
    hidden.forEach((units, i) => {
      x = relu(x, units, `encode${i + 1}`)
    })
    const mean = linear(x, CODE) // [b, code]
    const logVariance = linear(x, LOG_VARIANCE) // [b, code]
    x = mean
    hidden.toReversed().forEach((units, i) => {
      x = relu(x, units, `decode${i + 1}`)
    })
    const reconstruction = densePicture(x, picture, init.glorot()) // [b, height, width, channels]
    return tf.model({
      inputs: input,
      outputs: [reconstruction, logVariance],
      name: 'variational_autoencoder',
    })
  },
  ...wholePicture,
}
