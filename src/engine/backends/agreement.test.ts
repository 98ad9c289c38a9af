/** Networks whole: what they compute and how they learn is the same on wasm as on native TensorFlow. */
import { beforeAll, describe, expect, it } from 'vitest'
import { architecture } from '../architectures/index.ts'
import { random } from '../random.ts'
import { tf } from '../tf.ts'
import { FlatAdam } from '../training/adam.ts'
import { tensorflow } from './tensorflow.ts'
import {
  computeShipped,
  differenceOf,
  distance,
  largestDifference,
  shippedModels,
} from './testing/shipped-models.ts'
import { wasm } from './wasm.ts'

const native = await tensorflow.start({ asked: true }).then(
  () => true,
  (error: Error) => {
    console.warn(`SKIPPED: wasm against tensorflow. ${error.message}`)
    return false
  },
)
beforeAll(() => wasm.start({ asked: true }))

const networks = {
  'the restoration U-Net, tiny': () =>
    architecture('restoration-unet', { channels: [8, 12], blocks: [1, 1] }).build(3),
  'a classic U-Net (Ronneberger et al. 2015)': classicUnet,
}

/** Max pooling, transposed convolution, concatenation, batch norm, sigmoid: what segmentation nets are made of. */
function classicUnet(): tf.LayersModel {
  let seed = 1
  const init = () => tf.initializers.heNormal({ seed: seed++ })
  const block = (x: tf.SymbolicTensor, filters: number) => {
    let y = x
    for (let i = 0; i < 2; i++) {
      y = tf.layers
        .conv2d({ filters, kernelSize: 3, padding: 'same', kernelInitializer: init() })
        .apply(y) as tf.SymbolicTensor
      y = tf.layers.batchNormalization({}).apply(y) as tf.SymbolicTensor
      y = tf.layers.reLU().apply(y) as tf.SymbolicTensor
    }
    return y
  }
  const picture = tf.input({ shape: [null, null, 3] })
  const fine = block(picture, 8)
  const pooled = tf.layers.maxPooling2d({ poolSize: 2 }).apply(fine) as tf.SymbolicTensor
  const coarse = block(pooled, 12)
  const up = tf.layers
    .conv2dTranspose({ filters: 8, kernelSize: 2, strides: 2, padding: 'same', kernelInitializer: init() })
    .apply(coarse) as tf.SymbolicTensor
  const joined = block(tf.layers.concatenate().apply([up, fine]) as tf.SymbolicTensor, 8)
  const mask = tf.layers
    .conv2d({ filters: 3, kernelSize: 1, activation: 'sigmoid', kernelInitializer: init() })
    .apply(joined) as tf.SymbolicTensor
  return tf.model({ inputs: picture, outputs: mask })
}

const noise = (seed: number, shape: [number, number, number, number]) => {
  const draw = random(seed)
  const values = Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => draw.uniform())
  return tf.tensor4d(values, shape)
}

/** Output on 64×64 px, gradients of an L2 loss on 32×32 px, and the loss as Adam goes on from there. */
async function run(backend: string, build: () => tf.LayersModel, steps: number) {
  await tf.setBackend(backend)
  const model = build()
  const output = tf.tidy(() =>
    (model.predictOnBatch(noise(1, [1, 64, 64, 3])) as tf.Tensor).dataSync<'float32'>(),
  )
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable)
  const [x, y] = [noise(2, [2, 32, 32, 3]), noise(3, [2, 32, 32, 3])]
  const loss = () =>
    tf
      .sub(model.apply(x, { training: true }) as tf.Tensor, y)
      .square()
      .mean()
      .asScalar()
  const gradients: Float32Array[] = []
  const losses: number[] = []
  const adam = new FlatAdam(variables)
  for (let step = 0; step < steps; step++) {
    const { value, grads } = tf.variableGrads(loss, variables)
    if (step === 0) {
      for (const { name } of variables) gradients.push(grads[name].dataSync<'float32'>())
    }
    losses.push(value.dataSync()[0])
    adam.apply(grads, 0.01, 10)
    tf.dispose([value, grads])
  }
  return { output, gradients, losses }
}

it.skipIf(!native).each(shippedModels)(
  '%s, as shipped, restores and differentiates on wasm as on tensorflow',
  async (name) => {
    const expected = await computeShipped('tensorflow', name, 64)
    const { output, gradient } = differenceOf(await computeShipped('wasm', name, 64), expected)
    expect(output).toBeLessThan(1e-3)
    expect(gradient).toBeLessThan(1e-2)
  },
)

describe.each(Object.entries(networks))('%s', (_name, build) => {
  it('learns on wasm', async () => {
    const { losses } = await run('wasm', build, 8)
    expect(losses.every(Number.isFinite)).toBe(true)
    expect(losses.at(-1)).toBeLessThan(0.9 * losses[0])
  })

  it.skipIf(!native)('computes and learns on wasm what it does on tensorflow', async () => {
    const expected = await run('tensorflow', build, 3)
    const computed = await run('wasm', build, 3)
    const largest = largestDifference(computed.output, expected.output)
    expect(largest).toBeLessThan(1e-3)
    // One vector over all weights: a bias before a batch norm has a gradient of nothing but rounding.
    const flat = (parts: Float32Array[]) => Float32Array.from(parts.flatMap((part) => [...part]))
    expect(distance(flat(computed.gradients), flat(expected.gradients))).toBeLessThan(1e-2)
    for (const [step, loss] of computed.losses.entries()) expect(loss).toBeCloseTo(expected.losses[step], 3)
  })
})
