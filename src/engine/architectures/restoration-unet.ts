/**
 * The restoration U-Net: picture in, cleaner picture out, as picture + predicted residual.
 *
 * A U-Net (Ronneberger et al. 2015) with the choices that restoration nets converged on: residual blocks without
 * batch norm (EDSR, Lim et al. 2017), additive skips and strided-convolution downsampling (DRUNet, Zhang et al.
 * 2021), work done at half resolution behind a pixel-unshuffle (FFDNet, Zhang et al. 2018), and a predicted
 * residual (DnCNN, Zhang et al. 2017).
 */
import { z } from 'zod'
import { PixelShuffle, PixelUnshuffle } from '../layers/pixel-shuffle.ts'
import { tf } from '../tf.ts'
import type { Architecture } from './architecture.ts'

const parameters = z.strictObject({
  /** Picture channels: 3 for RGB. Grey pictures are run as three equal channels. */
  pictureChannels: z.union([z.literal(1), z.literal(3)]).default(3),
  /** Feature channels of each scale, finest first. */
  channels: z.array(z.int().positive()).min(1).max(4).default([48, 72, 96]),
  /** Residual blocks of each scale; all but the coarsest have as many again on the way up. */
  blocks: z.array(z.int().positive()).min(1).max(4).default([1, 2, 2]),
})

type Parameters = z.infer<typeof parameters>

export const restorationUnet: Architecture<Parameters> = {
  name: 'restoration-unet',
  parameters,
  build,
  sizeMultiple: ({ channels }) => 2 ** channels.length,
  receptiveFieldRadius,
}

function build({ pictureChannels, channels, blocks }: Parameters, seed: number): tf.LayersModel {
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
    const hidden = conv(filters, `${name}_a`, { relu: true }).apply(x) as tf.SymbolicTensor
    const residual = conv(filters, `${name}_b`, { scale: 0.1 }).apply(hidden) as tf.SymbolicTensor
    return add(x, residual, `${name}_add`)
  }
  const stage = (x: tf.SymbolicTensor, scale: number, name: string) => {
    let y = x
    for (let i = 0; i < blocks[scale]; i++)
      y = residualBlock(y, channels[scale], `${name}${scale + 1}_block${i + 1}`)
    return y
  }

  const picture = tf.input({ shape: [null, null, pictureChannels], name: 'picture' })
  let x = new PixelUnshuffle({ factor: 2, name: 'unshuffle' }).apply(picture) as tf.SymbolicTensor // [b, h/2, w/2, 4·c]
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
  x = conv(4 * pictureChannels, 'tail', { scale: 0.1 }).apply(x) as tf.SymbolicTensor
  x = new PixelShuffle({ factor: 2, name: 'shuffle' }).apply(x) as tf.SymbolicTensor // the residual, [b, h, w, c]
  return tf.model({ inputs: picture, outputs: add(picture, x, 'restored'), name: 'restoration_unet' })
}

/** px at full resolution that one output pixel sees to each side. A 3×3 at scale s sees 2^(s+1) px further. */
function receptiveFieldRadius({ channels, blocks }: Parameters): number {
  const pixel = (scale: number) => 2 ** (scale + 1)
  const coarsest = channels.length - 1
  let radius = 2 * pixel(0) // head and tail
  for (let scale = 0; scale <= coarsest; scale++) {
    const stages = scale === coarsest ? 1 : 2
    radius += stages * blocks[scale] * 2 * pixel(scale)
  }
  // The unshuffle and each 2×2 reduce reach to the far corner of their cell; the cells nest.
  return radius + pixel(coarsest) - 1
}
