/**
 * SegNet (Badrinarayanan, Kendall & Cipolla 2017, "SegNet: A Deep Convolutional Encoder-Decoder Architecture for Image
 * Segmentation"): VGG's convolutions down, their mirror up. Nothing is concatenated; what the decoder gets of the
 * encoder's detail is where each maximum of the pooling was. Narrower and shallower than the paper's (64 to 512 filters,
 * five poolings), so that a CPU trains it.
 */
import { z } from 'zod'
import { MaxPoolWithIndices, MaxUnpool } from '../layers/max-pool-with-indices.ts'
import { tf } from '../tf.ts'
import type { Architecture } from './architecture.ts'

const parameters = z
  .strictObject({
    inputChannels: z.int().positive().default(3),
    /** Classes; the output is their logits. */
    outputChannels: z.int().positive().default(11),
    /** Feature channels of each stage, finest first; a pooling follows each. */
    filters: z.array(z.int().positive()).min(1).max(5).default([32, 48, 64, 96]),
    /** 3×3 convolutions of each stage, as many on the way up: VGG-16 has 2, 2, 3, 3, 3. */
    convolutions: z.array(z.int().positive()).min(1).max(5).default([2, 2, 3, 3]),
  })
  .refine(({ filters, convolutions }) => filters.length === convolutions.length, {
    message: 'filters and convolutions are one each a stage',
  })

type Parameters = z.infer<typeof parameters>

export const segnet: Architecture<Parameters> = {
  name: 'segnet',
  parameters,
  build,
  sizeMultiple: ({ filters }) => 2 ** filters.length,
  receptiveFieldRadius,
}

function build({ inputChannels, outputChannels, filters, convolutions }: Parameters, seed: number) {
  let seeds = 0
  const nextSeed = () => seed + 7919 * ++seeds

  const convRelu = (x: tf.SymbolicTensor, channels: number, name: string) => {
    const conv = tf.layers.conv2d({
      name,
      filters: channels,
      kernelSize: 3,
      padding: 'same',
      useBias: false, // batch norm's own centre takes its place
      kernelInitializer: tf.initializers.heNormal({ seed: nextSeed() }),
    })
    const normed = tf.layers.batchNormalization({ name: `${name}_norm`, momentum: 0.95 }).apply(conv.apply(x))
    return tf.layers.reLU({ name: `${name}_relu` }).apply(normed) as tf.SymbolicTensor
  }

  const picture = tf.input({ shape: [null, null, inputChannels], name: 'picture' })
  let x = picture
  const places: tf.SymbolicTensor[] = []
  for (const [stage, channels] of filters.entries()) {
    for (let i = 1; i <= convolutions[stage]; i++) x = convRelu(x, channels, `down${stage + 1}_${i}`)
    const pool = new MaxPoolWithIndices({ name: `pool${stage + 1}` })
    const [maxima, indices] = pool.apply(x) as tf.SymbolicTensor[] // [b, h/2ˢ⁺¹, w/2ˢ⁺¹, channels]
    places.push(indices)
    x = maxima
  }
  for (let stage = filters.length - 1; stage >= 0; stage--) {
    const unpool = new MaxUnpool({ name: `unpool${stage + 1}` })
    x = unpool.apply([x, places[stage]]) as tf.SymbolicTensor // [b, h/2ˢ, w/2ˢ, filters[stage]]
    for (let i = 1; i <= convolutions[stage]; i++) {
      // The last one goes over to the channels that the next unpooling's indices have.
      const isLast = i === convolutions[stage] && stage > 0
      x = convRelu(x, filters[isLast ? stage - 1 : stage], `up${stage + 1}_${i}`)
    }
  }
  const head = tf.layers.conv2d({
    name: 'head',
    filters: outputChannels,
    kernelSize: 1,
    kernelInitializer: tf.initializers.glorotNormal({ seed: nextSeed() }),
  })
  return tf.model({ inputs: picture, outputs: head.apply(x) as tf.SymbolicTensor, name: 'segnet' })
}

/** px to each side that one output pixel sees. A 3×3 at stage s sees 2ˢ px further. */
function receptiveFieldRadius({ convolutions }: Parameters): number {
  const reach = convolutions.reduce((sum, count, stage) => sum + 2 * count * 2 ** stage, 0)
  // Each pooling reaches to the far corner of its cell; the cells nest.
  return reach + 2 ** convolutions.length - 1
}
