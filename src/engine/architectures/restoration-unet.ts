/**
 * The restoration U-Net: picture in, cleaner picture out, as picture + predicted residual.
 *
 * A U-Net (Ronneberger et al. 2015) with the choices that restoration nets converged on: residual blocks without
 * batch norm (EDSR, Lim et al. 2017), additive skips and strided-convolution downsampling (DRUNet, Zhang et al.
 * 2021), work done at a fraction of the resolution behind a pixel-unshuffle (FFDNet, Zhang et al. 2018), and a predicted
 * residual (DnCNN, Zhang et al. 2017).
 */
import { z } from 'zod'
import { PixelShuffle, PixelUnshuffle } from '../layers/pixel-shuffle.ts'
import { tf } from '../tf.ts'
import type { Architecture } from './architecture.ts'

const sizes = z.strictObject({
  /** Picture channels: 3 for RGB. Grey pictures are run as three equal channels. */
  pictureChannels: z.union([z.literal(1), z.literal(3)]).default(3),
  /** Channels that come in behind the picture's and are seen, not restored: a mask. */
  extraChannels: z.int().nonnegative().default(0),
  /** The finest scale has 1/unshuffle of the picture's resolution: the factor of the pixel-unshuffle. */
  unshuffle: z.int().min(1).max(4).default(2),
  /** Feature channels of each scale, finest first. */
  channels: z.array(z.int().positive()).min(1).max(4).default([48, 72, 96]),
  /** Residual blocks of each scale; all but the coarsest have as many again on the way up. */
  blocks: z.array(z.int().positive()).min(1).max(4).default([1, 2, 2]),
  /**
   * Channels between the two convolutions of each residual block, in the order in which blocks are run. Absent: as many
   * as its scale has. Training leaves some out that came to nothing (training/dead-units.ts).
   */
  hidden: z.array(z.int().positive()).optional(),
})

const parameters = sizes.refine(
  (given) => !given.hidden || given.hidden.length === blockWidths(given).length,
  {
    message: 'hidden has one number for each residual block',
  },
)

type Parameters = z.infer<typeof sizes>

export const restorationUnet: Architecture<Parameters> = {
  name: 'restoration-unet',
  parameters,
  build,
  sizeMultiple: ({ channels, unshuffle }) => unshuffle * 2 ** (channels.length - 1),
  receptiveFieldRadius,
}

/** The channels around each residual block, in the order in which blocks are run: down, in the middle, up. */
function blockWidths({ channels, blocks }: Parameters): number[] {
  const scales = channels.map((_, scale) => scale)
  const upwards = scales.slice(0, -1).reverse()
  return [...scales, ...upwards].flatMap((scale) => Array<number>(blocks[scale] ?? 0).fill(channels[scale]))
}

function build(parameters: Parameters, seed: number): tf.LayersModel {
  const { pictureChannels, extraChannels, unshuffle, channels, blocks } = parameters
  const hidden = (parameters.hidden ?? blockWidths(parameters)).values()
  let initializers = 0
  const init = (scale: number) =>
    tf.initializers.varianceScaling({
      scale,
      mode: 'fanIn',
      distribution: 'normal',
      seed: seed + 7919 * ++initializers,
    })

  const conv = (
    filters: number,
    name: string,
    options: { size?: 1 | 2 | 3; stride?: 2; relu?: true; scale?: number } = {},
  ) =>
    tf.layers.conv2d({
      name,
      filters,
      kernelSize: options.size ?? 3,
      strides: options.stride ?? 1,
      padding: 'same',
      activation: options.relu ? 'relu' : undefined,
      kernelInitializer: init(options.scale ?? (options.relu ? 2 : 1)),
    })
  const add = (a: tf.SymbolicTensor, b: tf.SymbolicTensor, name: string) =>
    tf.layers.add({ name }).apply([a, b]) as tf.SymbolicTensor

  const residualBlock = (x: tf.SymbolicTensor, filters: number, name: string) => {
    const inside = conv(hidden.next().value!, `${name}_a`, { relu: true }).apply(x) as tf.SymbolicTensor
    const residual = conv(filters, `${name}_b`, { scale: 0.1 }).apply(inside) as tf.SymbolicTensor
    return add(x, residual, `${name}_add`)
  }
  const stage = (x: tf.SymbolicTensor, scale: number, name: string) => {
    let y = x
    for (let i = 0; i < blocks[scale]; i++)
      y = residualBlock(y, channels[scale], `${name}${scale + 1}_block${i + 1}`)
    return y
  }

  const input = tf.input({ shape: [null, null, pictureChannels + extraChannels], name: 'picture' })
  let x = new PixelUnshuffle({ factor: unshuffle, name: 'unshuffle' }).apply(input) as tf.SymbolicTensor // [b, h/u, w/u, u²·c]
  x = conv(channels[0], 'head').apply(x) as tf.SymbolicTensor
  const head = x

  const skips: tf.SymbolicTensor[] = []
  const coarsest = channels.length - 1
  for (let scale = 0; scale < coarsest; scale++) {
    x = stage(x, scale, 'down')
    skips.push(x)
    x = conv(channels[scale + 1], `down${scale + 1}`, { size: 2, stride: 2 }).apply(x) as tf.SymbolicTensor
  }
  x = stage(x, coarsest, 'middle') // [b, h/2ⁿ, w/2ⁿ, channels[n-1]]
  for (let scale = coarsest - 1; scale >= 0; scale--) {
    x = conv(4 * channels[scale], `up${scale + 1}`, { size: 1 }).apply(x) as tf.SymbolicTensor
    x = new PixelShuffle({ factor: 2, name: `up${scale + 1}_shuffle` }).apply(x) as tf.SymbolicTensor
    x = add(x, skips[scale], `up${scale + 1}_skip`)
    x = stage(x, scale, 'up')
  }
  x = add(x, head, 'body')
  x = conv(unshuffle ** 2 * pictureChannels, 'tail', { scale: 0.1 }).apply(x) as tf.SymbolicTensor
  x = new PixelShuffle({ factor: unshuffle, name: 'shuffle' }).apply(x) as tf.SymbolicTensor // the residual, [b, h, w, c]
  const picture = extraChannels === 0 ? input : firstChannels(input, pictureChannels)
  return tf.model({ inputs: input, outputs: add(picture, x, 'restored'), name: 'restoration_unet' })
}

/**
 * The first channels of [b, h, w, all], by a 1×1 convolution that is not trained: a layer that every reader of layers
 * models has.
 */
function firstChannels(input: tf.SymbolicTensor, channels: number): tf.SymbolicTensor {
  const layer = tf.layers.conv2d({
    name: 'picture_channels',
    filters: channels,
    kernelSize: 1,
    useBias: false,
    kernelInitializer: 'zeros',
    trainable: false,
  })
  const output = layer.apply(input) as tf.SymbolicTensor
  const all = input.shape[3] as number
  tf.tidy(() => layer.setWeights([tf.eye(all, channels).reshape([1, 1, all, channels])]))
  return output
}

/** px at full resolution that one output pixel sees to each side. A 3×3 at scale s sees unshuffle · 2^s px further. */
function receptiveFieldRadius({ unshuffle, channels, blocks }: Parameters): number {
  const pixel = (scale: number) => unshuffle * 2 ** scale
  const coarsest = channels.length - 1
  let radius = 2 * pixel(0) // head and tail
  for (let scale = 0; scale <= coarsest; scale++) {
    const stages = scale === coarsest ? 1 : 2
    radius += stages * blocks[scale] * 2 * pixel(scale)
  }
  // The unshuffle and each 2×2 reduce reach to the far corner of their cell; the cells nest.
  return radius + pixel(coarsest) - 1
}
