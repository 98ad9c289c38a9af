/**
 * The convolutional denoising autoencoder: 3×3 convolutions and max-pooling down to a small stack of feature maps, and
 * up again by nearest-neighbour upsampling and convolution, which has none of the checkerboards of a transposed one
 * (Odena, Dumoulin & Olah 2016, "Deconvolution and Checkerboard Artifacts"). After Masci et al. 2011, "Stacked
 * Convolutional Auto-Encoders".
 */
import { z } from 'zod'
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
  /** Filters of each stage, finest first; each ends in a 2×2 max-pooling. The code has those of the last. */
  filters: z.array(z.int().positive()).min(1).max(6).default([64, 64, 32]),
})

export const convolutionalAutoencoder: Architecture<z.infer<typeof parameters>> = {
  name: 'convolutional-autoencoder',
  parameters,
  build({ picture, filters }, seed) {
    const init = initializers(seed)
    const convRelu = (x: tf.SymbolicTensor, filters: number, name: string) => {
      const options = { name, filters, kernelSize: 3, padding: 'same', activation: 'relu' } as const
      return tf.layers.conv2d({ ...options, kernelInitializer: init.he() }).apply(x) as tf.SymbolicTensor
    }
    const input = pictureInput(picture)
    let x = input
    let [height, width] = picture
    const sizes: [number, number][] = []
    filters.forEach((count, i) => {
      sizes.push([height, width])
      x = convRelu(x, count, `encode${i + 1}`)
      const name = i === filters.length - 1 ? CODE : `pool${i + 1}`
      x = tf.layers.maxPooling2d({ name, poolSize: 2, padding: 'same' }).apply(x) as tf.SymbolicTensor
      ;[height, width] = [Math.ceil(height / 2), Math.ceil(width / 2)]
    })
    filters.toReversed().forEach((count, i) => {
      x = tf.layers.upSampling2d({ name: `larger${i + 1}`, size: [2, 2] }).apply(x) as tf.SymbolicTensor
      // Where pooling rounded an odd side up, the enlargement has a row or a column too many.
      const [toHeight, toWidth] = sizes[filters.length - 1 - i]
      if (2 * height !== toHeight || 2 * width !== toWidth) {
        const cropping: [[number, number], [number, number]] = [
          [0, 2 * height - toHeight],
          [0, 2 * width - toWidth],
        ]
        x = tf.layers.cropping2D({ name: `crop${i + 1}`, cropping }).apply(x) as tf.SymbolicTensor
      }
      ;[height, width] = [toHeight, toWidth]
      x = convRelu(x, count, `decode${i + 1}`)
    })
    const head = { name: LOGITS, filters: picture[2], kernelSize: 3, padding: 'same' } as const
    const logits = tf.layers.conv2d({ ...head, kernelInitializer: init.glorot() }).apply(x)
    const outputs = toPicture(logits as tf.SymbolicTensor)
    return tf.model({ inputs: input, outputs, name: 'convolutional_autoencoder' })
  },
  ...wholePicture,
}
