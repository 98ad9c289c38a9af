/**
 * The U-Net (Ronneberger, Fischer & Brox 2015, "U-Net: Convolutional Networks for Biomedical Image Segmentation"):
 * blocks of two 3×3 convolutions, max-pooling down, upsampling and concatenation up, a 1×1 head. Padded, so that the
 * output is as large as the input. Batch norm (Ioffe & Szegedy 2015), dropout and He's initialization (He et al. 2015)
 * came after the paper and are what everybody uses now.
 */
import { z } from 'zod'
import { tf } from '../tf.ts'
import type { Architecture } from './architecture.ts'

const parameters = z
  .strictObject({
    inputChannels: z.int().positive().default(3),
    /** 1 for a mask, 3 for image to image, the number of classes for labels. */
    outputChannels: z.int().positive().default(1),
    /** Feature channels of the finest scale; each coarser one has twice as many. */
    filters: z.int().positive().default(16),
    /** How often the picture is halved. */
    depth: z.int().min(1).max(6).default(4),
    batchNorm: z.boolean().default(true),
    /** Share of features dropped between the two convolutions of a block, while training. */
    dropout: z.number().min(0).lt(1).default(0.1),
    /** `transposed`: a 2×2 transposed convolution; `nearest`: nearest neighbour, then a 3×3 convolution, free of checkerboards. */
    upsampling: z.enum(['transposed', 'nearest']).default('transposed'),
    /** Of the head: `sigmoid` for masks and pictures in 0..1, `linear` for logits and residuals. */
    activation: z.enum(['sigmoid', 'linear']).default('sigmoid'),
    /** Image to image: the head's output is added to the picture, which has as many channels. */
    residual: z.boolean().default(false),
  })
  .refine(({ residual, inputChannels, outputChannels }) => !residual || inputChannels === outputChannels, {
    message: 'a residual has as many channels as the picture',
  })

type Parameters = z.infer<typeof parameters>

export const unet: Architecture<Parameters> = {
  name: 'unet',
  parameters,
  build,
  sizeMultiple: ({ depth }) => 2 ** depth,
  receptiveFieldRadius,
}

function build(options: Parameters, seed: number): tf.LayersModel {
  const { inputChannels, outputChannels, depth, batchNorm, dropout, upsampling, activation, residual } =
    options
  const filtersAt = (scale: number) => options.filters * 2 ** scale
  let seeds = 0
  const nextSeed = () => seed + 7919 * ++seeds
  const heNormal = () => tf.initializers.heNormal({ seed: nextSeed() })

  const convRelu = (x: tf.SymbolicTensor, filters: number, name: string) => {
    const conv = tf.layers.conv2d({
      name,
      filters,
      kernelSize: 3,
      padding: 'same',
      kernelInitializer: heNormal(),
      activation: batchNorm ? undefined : 'relu',
      useBias: !batchNorm, // batch norm's own centre takes its place
    })
    const y = conv.apply(x) as tf.SymbolicTensor
    if (!batchNorm) return y
    const normed = tf.layers.batchNormalization({ name: `${name}_norm`, momentum: 0.95 }).apply(y)
    return tf.layers.reLU({ name: `${name}_relu` }).apply(normed) as tf.SymbolicTensor
  }
  const block = (x: tf.SymbolicTensor, filters: number, name: string) => {
    let y = convRelu(x, filters, `${name}_a`)
    if (dropout > 0) {
      const drop = tf.layers.dropout({ name: `${name}_dropout`, rate: dropout, seed: nextSeed() })
      y = drop.apply(y) as tf.SymbolicTensor
    }
    return convRelu(y, filters, `${name}_b`)
  }
  const upsample = (x: tf.SymbolicTensor, filters: number, name: string) => {
    if (upsampling === 'nearest') {
      const larger = tf.layers.upSampling2d({ name: `${name}_larger`, size: [2, 2] }).apply(x)
      return convRelu(larger as tf.SymbolicTensor, filters, name)
    }
    const transposed = tf.layers.conv2dTranspose({
      name,
      filters,
      kernelSize: 2,
      strides: 2,
      padding: 'same',
      kernelInitializer: heNormal(),
    })
    return transposed.apply(x) as tf.SymbolicTensor
  }

  const picture = tf.input({ shape: [null, null, inputChannels], name: 'picture' })
  let x = picture
  const skips: tf.SymbolicTensor[] = []
  for (let scale = 0; scale < depth; scale++) {
    x = block(x, filtersAt(scale), `down${scale + 1}`) // [b, h/2ˢ, w/2ˢ, filters·2ˢ]
    skips.push(x)
    x = tf.layers.maxPooling2d({ name: `pool${scale + 1}`, poolSize: 2 }).apply(x) as tf.SymbolicTensor
  }
  x = block(x, filtersAt(depth), 'bottom') // [b, h/2ᵈ, w/2ᵈ, filters·2ᵈ]
  for (let scale = depth - 1; scale >= 0; scale--) {
    x = upsample(x, filtersAt(scale), `up${scale + 1}_sample`)
    x = tf.layers.concatenate({ name: `up${scale + 1}_skip` }).apply([skips[scale], x]) as tf.SymbolicTensor
    x = block(x, filtersAt(scale), `up${scale + 1}`) // [b, h/2ˢ, w/2ˢ, filters·2ˢ]
  }
  const head = tf.layers.conv2d({
    name: 'head',
    filters: outputChannels,
    kernelSize: 1,
    kernelInitializer: residual ? 'zeros' : tf.initializers.glorotNormal({ seed: nextSeed() }), // no ReLU follows
  })
  x = head.apply(x) as tf.SymbolicTensor
  if (residual) x = tf.layers.add({ name: 'restored' }).apply([picture, x]) as tf.SymbolicTensor
  // A layer of its own: training takes the logits in front of it, where cross-entropy is exact.
  if (activation === 'sigmoid')
    x = tf.layers.activation({ name: 'sigmoid', activation }).apply(x) as tf.SymbolicTensor
  return tf.model({ inputs: picture, outputs: x, name: 'unet' })
}

/** px to each side that one output pixel sees. A 3×3 at scale s sees 2ˢ px further. */
function receptiveFieldRadius({ depth, upsampling }: Parameters): number {
  let radius = 2 * 2 ** depth // the bottom's block
  for (let scale = 0; scale < depth; scale++) radius += (upsampling === 'nearest' ? 5 : 4) * 2 ** scale
  // Each pooling reaches to the far corner of its cell; the cells nest.
  return radius + 2 ** depth - 1
}
