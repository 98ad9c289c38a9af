/**
 * The vanilla convolutional autoencoder turned to segmentation: a plain sequence that squeezes a picture into a 16 times
 * smaller grid of features and draws a colour label picture from it, each class in its colour. There is no skip
 * connection (Long, Shelhamer & Darrell 2015 show what those are for): all that it knows of an edge went through the
 * grid, so its borders are blurred. Beside the U-Net and SegNet, that is what it is here to show.
 */
import { z } from 'zod'
import { tf } from '../tf.ts'
import type { Architecture } from './architecture.ts'

const parameters = z.strictObject({
  inputChannels: z.int().positive().default(3),
  /** Of the label picture: red, green, blue. */
  outputChannels: z.int().positive().default(3),
  /** Channels of the convolutions at a quarter of the size, and of those at the bottom, in order. */
  filters: z
    .strictObject({
      /** At full size, then two of stride 2. */
      down: z.tuple([z.int().positive(), z.int().positive(), z.int().positive()]).default([16, 32, 64]),
      /** Behind the second pooling, at a 16th of the size. */
      bottom: z.array(z.int().positive()).min(1).default([64, 128, 128, 256, 512]),
    })
    .prefault({}),
  batchNorm: z.boolean().default(true),
})

type Parameters = z.infer<typeof parameters>

export const segmentationAutoencoder: Architecture<Parameters> = {
  name: 'segmentation-autoencoder',
  parameters,
  build,
  sizeMultiple: () => 16,
  receptiveFieldRadius,
}

function build({ inputChannels, outputChannels, filters, batchNorm }: Parameters, seed: number) {
  let seeds = 0
  const nextSeed = () => seed + 7919 * ++seeds
  const { down, bottom } = filters

  const convRelu = (x: tf.SymbolicTensor, channels: number, name: string, stride: 1 | 2 = 1) => {
    const conv = tf.layers.conv2d({
      name,
      filters: channels,
      kernelSize: 3,
      strides: stride,
      padding: 'same',
      useBias: !batchNorm,
      activation: batchNorm ? undefined : 'relu',
      kernelInitializer: tf.initializers.heNormal({ seed: nextSeed() }),
    })
    const y = conv.apply(x) as tf.SymbolicTensor
    if (!batchNorm) return y
    const normed = tf.layers.batchNormalization({ name: `${name}_norm`, momentum: 0.95 }).apply(y)
    return tf.layers.reLU({ name: `${name}_relu` }).apply(normed) as tf.SymbolicTensor
  }
  const pool = (x: tf.SymbolicTensor, name: string) =>
    tf.layers.maxPooling2d({ name, poolSize: 2 }).apply(x) as tf.SymbolicTensor
  const larger = (x: tf.SymbolicTensor, name: string) =>
    tf.layers.upSampling2d({ name, size: [2, 2] }).apply(x) as tf.SymbolicTensor

  const picture = tf.input({ shape: [null, null, inputChannels], name: 'picture' })
  let x = convRelu(picture, down[0], 'down1') // [b, h, w, 16]
  x = pool(x, 'pool1')
  x = convRelu(x, down[1], 'down2', 2) // [b, h/4, w/4, 32]
  x = convRelu(x, down[2], 'down3', 2) // [b, h/8, w/8, 64]
  x = pool(x, 'pool2')
  for (const [i, channels] of bottom.entries()) x = convRelu(x, channels, `bottom${i + 1}`) // [b, h/16, w/16, 512]
  // The mirror: back through the same channels, each halving undone by nearest neighbours and a convolution.
  for (const [i, channels] of bottom.slice(0, -1).reverse().entries())
    x = convRelu(x, channels, `top${i + 1}`)
  x = convRelu(larger(x, 'larger1'), down[2], 'up1') // [b, h/8, w/8, 64]
  x = convRelu(larger(x, 'larger2'), down[1], 'up2') // [b, h/4, w/4, 32]
  x = convRelu(larger(x, 'larger3'), down[0], 'up3') // [b, h/2, w/2, 16]
  x = larger(x, 'larger4')
  const head = tf.layers.conv2d({
    name: 'head',
    filters: outputChannels,
    kernelSize: 3,
    padding: 'same',
    kernelInitializer: tf.initializers.glorotNormal({ seed: nextSeed() }),
  })
  const colours = tf.layers.activation({ name: 'colours', activation: 'sigmoid' }).apply(head.apply(x))
  const outputs = colours as tf.SymbolicTensor // [b, h, w, 3]
  return tf.model({ inputs: picture, outputs, name: 'segmentation_autoencoder' })
}

/** px to each side that one output pixel sees. A 3×3 on pixels of n px sees n px further, of stride 2 too. */
function receptiveFieldRadius({ filters }: Parameters): number {
  const down = 1 + 2 + 4
  const bottom = 16 * (2 * filters.bottom.length - 1)
  const up = 8 + 4 + 2 + 1
  // Each halving reaches to the far corner of its cell; the cells nest.
  return down + bottom + up + 15
}
