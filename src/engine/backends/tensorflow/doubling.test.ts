/**
 * Doubling and a convolution while they train, in one on tensorflow, against tfjs's own two there: on `cpu`, tfjs's gradient
 * of doubling is wrong for all pictures of a batch but the first.
 */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { random } from '../../random.ts'
import { tf } from '../../tf.ts'
import { chooseBackend } from '../choose.ts'
import { useFusedConvolutionInTraining } from './convolution-training.ts'
import { nativeBackend } from './native-backend.ts'

const native = await chooseBackend('tensorflow').catch(() => null)
const merges = native !== null && useFusedConvolutionInTraining()

const noise = (seed: number, shape: number[]) => {
  const values = new Float32Array(tf.util.sizeFromShape(shape))
  random(seed).fillGaussian(values)
  return tf.tensor(values, shape)
}

type Shape = [batch: number, height: number, width: number, channels: number]
type Convolution = Parameters<typeof tf.layers.conv2d>[0]
type Case = Partial<Convolution> & {
  activation: 'relu' | 'linear' | 'elu'
  padding?: 'same' | 'valid'
  upsampling?: { size?: [number, number]; interpolation?: 'nearest' | 'bilinear' }
  /** Whether another layer reads the doubled picture too. */
  branches?: boolean
  shape?: Shape
}

const SHAPE: Shape = [2, 4, 5, 3]

function modelOf({ upsampling, branches, shape = SHAPE, ...options }: Case): tf.LayersModel {
  const picture = tf.input({ shape: [null, null, shape[3]] })
  const doubled = tf.layers.upSampling2d({ size: [2, 2], ...upsampling }).apply(picture) as tf.SymbolicTensor
  const convolution = tf.layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', ...options })
  const convolved = convolution.apply(doubled) as tf.SymbolicTensor
  const joined = () => tf.layers.concatenate().apply([doubled, convolved]) as tf.SymbolicTensor
  const model = tf.model({ inputs: picture, outputs: branches ? joined() : convolved })
  model.setWeights(model.getWeights().map(({ shape }, i) => noise(i + 1, shape as number[])))
  return model
}

/** The same in tfjs's own ops, layers left aside. */
function separately(options: Case, x: tf.Tensor4D, kernel: tf.Tensor4D, bias?: tf.Tensor): tf.Tensor {
  const { upsampling, branches, activation, padding = 'same', strides = 1 } = options
  const { size = [2, 2], interpolation = 'nearest' } = upsampling ?? {}
  const sides: [number, number] = [x.shape[1] * size[0], x.shape[2] * size[1]]
  const resize = interpolation === 'nearest' ? tf.image.resizeNearestNeighbor : tf.image.resizeBilinear
  const doubled = resize(x, sides)
  const convolved = tf.conv2d(doubled, kernel, strides as number, padding)
  const activate = { relu: tf.relu, elu: tf.elu, linear: tf.clone }[activation]
  const y = activate(bias ? convolved.add(bias) : convolved)
  return branches ? tf.concat([doubled, y], 3) : y
}

/** Output, and gradients by input, kernel and bias. */
function train(
  { shape = SHAPE }: Case,
  model: tf.LayersModel,
  forward = (x: tf.Tensor4D) => model.apply(x, { training: true }) as tf.Tensor,
): Float32Array[] {
  const x = tf.variable(noise(7, shape)) as tf.Variable<tf.Rank.R4>
  const weights = model.trainableWeights.map((weight) => weight.read() as tf.Variable)
  const numbers: Float32Array[] = []
  const loss = () => {
    const y = forward(x)
    numbers.push(y.dataSync<'float32'>())
    return y.mul(noise(8, y.shape)).sum().asScalar()
  }
  const { grads } = tf.variableGrads(loss, [x, ...weights])
  for (const { name } of [x, ...weights]) numbers.push(grads[name].dataSync<'float32'>())
  return numbers
}

/** The ops that TensorFlow executes for `work`. */
function opsOf(work: () => unknown): string[] {
  const backend = nativeBackend()
  const single = vi.spyOn(backend, 'executeSingleOutput')
  const multiple = vi.spyOn(backend, 'executeMultipleOutputs')
  work()
  return [...single.mock.calls, ...multiple.mock.calls].map(([name]) => name)
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe.skipIf(!native)('a convolution of a doubled picture while it trains, on tensorflow', () => {
  it.each<Case>([
    { activation: 'relu' },
    { activation: 'linear' },
    { activation: 'elu' },
    { activation: 'relu', useBias: false },
    { activation: 'relu', branches: true },
    { activation: 'relu', shape: [1, 1, 1, 2] },
    { activation: 'relu', shape: [3, 1, 6, 5], filters: 1 },
    { activation: 'linear', shape: [2, 7, 3, 16], filters: 8 },
    { activation: 'relu', strides: 2 },
    { activation: 'relu', padding: 'valid' },
    { activation: 'relu', kernelSize: [1, 3] },
    { activation: 'relu', kernelSize: 5 },
    { activation: 'relu', upsampling: { size: [2, 1] } },
    { activation: 'relu', upsampling: { interpolation: 'bilinear' } },
  ])('has the values and gradients that separate ops have: %o', (options) => {
    const model = modelOf(options)
    const [kernel, bias] = model.trainableWeights.map((weight) => weight.read()) as [tf.Tensor4D, tf.Tensor?]
    const expected = train(options, model, (x) => separately(options, x, kernel, bias))
    const computed = train(options, model)
    expect(computed).toHaveLength(expected.length)
    computed.forEach((values, i) => {
      expect(values).toHaveLength(expected[i].length)
      values.forEach((value, j) => {
        expect(value, `number ${j} of ${i}`).toBeCloseTo(expected[i][j], 3)
      })
    })
  })

  it.skipIf(!merges)('is convolved as the small one, both ways', () => {
    const relu = { activation: 'relu' } as const
    const ops = opsOf(() => train(relu, modelOf(relu)))
    expect(ops.filter((name) => /Conv|ResizeNearestNeighborGrad/.test(name)).sort()).toEqual([
      'Conv2D',
      'Conv2DBackpropFilter',
      'Conv2DBackpropInput',
    ])
    const strided = { ...relu, strides: 2 }
    const other = opsOf(() => train(strided, modelOf(strided)))
    expect(other).toContain('ResizeNearestNeighborGrad')
  })

  it('leaves no tensor behind', () => {
    const model = modelOf({ activation: 'relu' })
    const x = noise(7, SHAPE)
    const step = () => {
      const { value, grads } = tf.variableGrads(() =>
        (model.apply(x, { training: true }) as tf.Tensor).sum().asScalar(),
      )
      tf.dispose([value, grads])
    }
    step()
    const before = tf.memory().numTensors
    for (let i = 0; i < 3; i++) step()
    expect(tf.memory().numTensors).toBe(before)
  })
})
