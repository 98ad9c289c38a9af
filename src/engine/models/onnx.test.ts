import { createRequire } from 'node:module'
import { beforeAll, describe, expect, it } from 'vitest'
import { architecture } from '../architectures/index.ts'
import { chooseBackend } from '../backends/choose.ts'
import { PixelShuffle, PixelUnshuffle } from '../layers/pixel-shuffle.ts'
import { tf } from '../tf.ts'
import { exportOnnx } from './onnx.ts'

/** The part of onnxruntime-node that is used here; the package is looked for at run time. */
type OnnxRuntime = {
  Tensor: new (type: 'float32', data: Float32Array, shape: readonly number[]) => OnnxTensor
  InferenceSession: { create(model: Uint8Array): Promise<Session> }
}
type OnnxTensor = { data: Float32Array; dims: readonly number[] }
type Session = {
  inputNames: string[]
  outputNames: string[]
  run(feeds: Record<string, OnnxTensor>): Promise<Record<string, OnnxTensor>>
}

/** [batch, height, width, channels] */
type Shape = [number, number, number, number]

const ort = findOnnxRuntime()
if (!ort)
  console.warn(
    '\nSKIPPED: what ONNX files compute. onnxruntime-node is not installed (npm ci installs it).\n',
  )

beforeAll(() => chooseBackend())

describe.skipIf(!ort)('an exported model, run by onnxruntime', () => {
  it('restoration U-Net: the same picture, of any size', async () => {
    const model = randomized(
      architecture('restoration-unet', { channels: [8, 12, 16], blocks: [1, 2, 1] }).build(1),
    )
    expect(await difference(model, [1, 8, 8, 3], [2, 40, 24, 3], [1, 16, 136, 3])).toBeLessThan(1e-4)
  })

  it.each([
    { upsampling: 'transposed', batchNorm: true },
    { upsampling: 'nearest', batchNorm: false, activation: 'linear' },
  ])('U-Net: the same picture, %j', async (options) => {
    const model = randomized(
      architecture('unet', { filters: 4, depth: 3, outputChannels: 2, ...options }).build(1),
    )
    expect(await difference(model, [1, 24, 40, 3])).toBeLessThan(1e-4)
  })

  it('SegNet: where its maxima were goes from one side to the other', async () => {
    const model = randomized(
      architecture('segnet', { filters: [4, 6], convolutions: [1, 2], outputChannels: 3 }).build(1),
    )
    expect(await difference(model, [1, 8, 12, 3], [2, 24, 16, 3])).toBeLessThan(1e-4)
  })

  // TensorFlow pads `same` by the picture's size, and unevenly: these sizes meet every case of strides up to 3.
  const sizes = [5, 6, 7, 8].map((side): Shape => [1, side, 17 - side, 2])
  const cases = (['same', 'valid'] as const).flatMap((padding) =>
    [1, 2, 3].flatMap((strides) => [1, 2, 3, 4, 5].map((size) => ({ size, strides, padding }))),
  )
  it.each(cases)('convolution $size, stride $strides, $padding', async ({ size, strides, padding }) => {
    const layer = tf.layers.conv2d({ filters: 3, kernelSize: size, strides, padding, activation: 'relu' })
    expect(await difference(single(layer), ...sizes)).toBeLessThan(1e-5)
  })
  it.each(cases)(
    'transposed convolution $size, stride $strides, $padding',
    async ({ size, strides, padding }) => {
      const layer = tf.layers.conv2dTranspose({ filters: 3, kernelSize: size, strides, padding })
      expect(await difference(single(layer), [1, 5, 4, 2])).toBeLessThan(1e-5)
    },
  )
  const pools = cases.filter(({ size, strides, padding }) => padding === 'valid' || size >= strides)
  it.each(pools)('max-pooling $size, stride $strides, $padding', async ({ size, strides, padding }) => {
    const layer = tf.layers.maxPooling2d({ poolSize: size, strides, padding })
    expect(await difference(single(layer), ...sizes)).toBe(0)
  })

  it.each([
    [
      'dilated convolution',
      () => tf.layers.conv2d({ filters: 2, kernelSize: 3, dilationRate: 2, padding: 'same' }),
    ],
    [
      'convolution of 3 × 2, no bias',
      () =>
        tf.layers.conv2d({
          filters: 2,
          kernelSize: [3, 2],
          strides: [1, 2],
          padding: 'same',
          useBias: false,
        }),
    ],
    ['nearest upsampling', () => tf.layers.upSampling2d({ size: [2, 3] })],
    ['bilinear upsampling', () => tf.layers.upSampling2d({ size: [2, 3], interpolation: 'bilinear' })],
    ['batch norm', () => tf.layers.batchNormalization({})],
    ['batch norm without scale', () => tf.layers.batchNormalization({ scale: false })],
    ['batch norm without centre', () => tf.layers.batchNormalization({ center: false, epsilon: 0.1 })],
    ['sigmoid', () => tf.layers.activation({ activation: 'sigmoid' })],
    ['ReLU', () => tf.layers.reLU()],
    ['leaky ReLU', () => tf.layers.leakyReLU({ alpha: 0.2 })],
    ['dropout', () => tf.layers.dropout({ rate: 0.5 })],
    ['pixel shuffle', () => new PixelShuffle({ factor: 2 })],
    ['pixel unshuffle', () => new PixelUnshuffle({ factor: 3 })],
  ] as [string, () => tf.layers.Layer][])('%s', async (_name, layer) => {
    expect(await difference(single(layer(), 8), [2, 6, 9, 8])).toBeLessThan(1e-5)
  })

  it('a sequential model, a layer used twice, three added and joined along the height', async () => {
    const sequential = tf.sequential({
      layers: [
        tf.layers.conv2d({
          inputShape: [null, null, 3] as never,
          filters: 4,
          kernelSize: 3,
          activation: 'sigmoid',
        }),
        tf.layers.conv2d({ filters: 1, kernelSize: 1 }),
      ],
    })
    expect(await difference(randomized(sequential), [1, 9, 7, 3])).toBeLessThan(1e-5)

    const x = tf.input({ shape: [6, 8, 3] })
    const shared = tf.layers.conv2d({ filters: 3, kernelSize: 3, padding: 'same' })
    const once = shared.apply(x) as tf.SymbolicTensor
    const twice = shared.apply(once) as tf.SymbolicTensor
    const sum = tf.layers.add().apply([x, once, twice]) as tf.SymbolicTensor
    const joined = tf.layers.concatenate({ axis: 1 }).apply([sum, x]) as tf.SymbolicTensor
    expect(await difference(randomized(tf.model({ inputs: x, outputs: joined })), [1, 6, 8, 3])).toBeLessThan(
      1e-5,
    )
  })
})

describe('exporting to ONNX', () => {
  it('refuses a layer that it does not know, by name', async () => {
    const model = single(tf.layers.averagePooling2d({ name: 'blur', poolSize: 2 }))
    await expect(exportOnnx(model)).rejects.toMatchObject({
      code: 'bad-request',
      message: expect.stringMatching(/"blur" is a AveragePooling2D/),
    })
    const odd = single(
      tf.layers.conv2d({ name: 'odd', filters: 1, kernelSize: 1, activation: 'hardSigmoid' }),
    )
    await expect(exportOnnx(odd)).rejects.toThrow(/"odd".*hardSigmoid/)
    const sparse = single(
      tf.layers.maxPooling2d({ name: 'sparse', poolSize: 1, strides: 2, padding: 'same' }),
    )
    await expect(exportOnnx(sparse)).rejects.toThrow(/"sparse".*smaller than their stride/)
  })

  it('leaves no tensor behind', async () => {
    const model = architecture('unet', { filters: 2, depth: 1 }).build(1)
    const before = tf.memory().numTensors
    await exportOnnx(model)
    expect(tf.memory().numTensors).toBe(before)
  })
})

function findOnnxRuntime(): OnnxRuntime | null {
  try {
    return createRequire(import.meta.url)('onnxruntime-node')
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return null
    throw thrown
  }
}

/** A model of one layer on pictures of any size. */
function single(layer: tf.layers.Layer, channels = 2): tf.LayersModel {
  const input = tf.input({ shape: [null, null, channels] })
  return randomized(tf.model({ inputs: input, outputs: layer.apply(input) as tf.SymbolicTensor }))
}

/** Every weight drawn anew, biases and batch norm's statistics too: at their start they are 0 and 1, which hides errors. */
function randomized<Model extends tf.LayersModel>(model: Model): Model {
  for (const [i, weight] of model.weights.entries()) {
    const fanIn = weight.shape.slice(0, -1).reduce<number>((product, size) => product * size!, 1)
    const spread = weight.name.includes('variance')
      ? [0.5, 1.5]
      : [-1 / Math.sqrt(fanIn), 1 / Math.sqrt(fanIn)]
    weight.write(tf.randomUniform(weight.shape as number[], spread[0], spread[1], 'float32', i + 1))
  }
  return model
}

/** The largest difference between the two engines' outputs on random inputs of these shapes. */
async function difference(model: tf.LayersModel, ...shapes: Shape[]): Promise<number> {
  const session = await ort!.InferenceSession.create(await exportOnnx(model))
  let largest = 0
  for (const shape of shapes) {
    const input = tf.randomUniform<tf.Rank.R4>(shape, -1, 1, 'float32', 42)
    const ours = model.predictOnBatch(input) as tf.Tensor4D
    const channelsFirst = input.transpose([0, 3, 1, 2])
    const feed = new ort!.Tensor('float32', channelsFirst.dataSync<'float32'>(), channelsFirst.shape)
    const { data, dims } = (await session.run({ [session.inputNames[0]]: feed }))[session.outputNames[0]]
    const theirs = tf.tensor(data, [...dims]).transpose([0, 2, 3, 1])
    expect(theirs.shape).toEqual(ours.shape)
    largest = Math.max(largest, ours.sub(theirs).abs().max().dataSync()[0])
  }
  return largest
}
