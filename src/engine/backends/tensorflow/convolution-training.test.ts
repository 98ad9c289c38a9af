/** Convolutions while they train, fused against tfjs's own on the `cpu` backend. */
import { describe, expect, it } from 'vitest'
import { random } from '../../random.ts'
import { tf } from '../../tf.ts'
import { chooseBackend } from '../choose.ts'
import { useFusedConvolutionInTraining } from './convolution-training.ts'
import { nativeBackend } from './native-backend.ts'

const native = await chooseBackend('tensorflow').catch(() => null)
const fuses = native !== null && useFusedConvolutionInTraining()

const noise = (seed: number, shape: number[]) => {
  const values = new Float32Array(tf.util.sizeFromShape(shape))
  random(seed).fillGaussian(values)
  return tf.tensor(values, shape)
}

type Options = Partial<Parameters<typeof tf.layers.conv2d>[0]>

function layerOf(options: Options) {
  const layer = tf.layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu', ...options })
  layer.build([null, null, null, 3])
  layer.setWeights(layer.getWeights().map(({ shape }, i) => noise(i + 1, shape as number[])))
  return layer
}

/** Output, and gradients by input, kernel and bias. */
function train(layer: tf.layers.Layer): number[] {
  const x = tf.variable(noise(7, [2, 6, 5, 3]))
  const weights = layer.trainableWeights.map((weight) => weight.read() as tf.Variable)
  const numbers: number[] = []
  const loss = () => {
    const y = layer.apply(x, { training: true }) as tf.Tensor
    numbers.push(...y.dataSync())
    return y.mul(noise(8, y.shape)).sum().asScalar()
  }
  const { grads } = tf.variableGrads(loss, [x, ...weights])
  for (const variable of [x, ...weights]) numbers.push(...grads[variable.name].dataSync())
  return numbers
}

describe.skipIf(!native)('a convolution while it trains, on tensorflow', () => {
  it.each<Options>([
    { padding: 'same' },
    { padding: 'valid' },
    { padding: 'same', strides: 2 },
    { padding: 'same', kernelSize: [1, 3] },
    { padding: 'same', useBias: false },
    { padding: 'same', activation: 'elu' },
    { padding: 'same', activation: 'linear' },
    { padding: 'valid', strides: 2, activation: 'linear' },
  ])('has the values and gradients that it has on cpu: %o', async (options) => {
    await chooseBackend('cpu')
    const expected = train(layerOf(options))
    await chooseBackend('tensorflow')
    const computed = train(layerOf(options))
    expect(computed).toHaveLength(expected.length)
    computed.forEach((value, i) => {
      expect(value, `number ${i}`).toBeCloseTo(expected[i], 3)
    })
  })

  it.skipIf(!fuses).each([
    { activation: 'relu', gradientOps: ['ReluGrad'] },
    { activation: 'linear', gradientOps: [] },
  ] as const)('takes one op forward, and as few back as there can be: $activation', async (example) => {
    await chooseBackend('tensorflow')
    const layer = layerOf({ padding: 'same', activation: example.activation })
    const backend = nativeBackend()
    const { executeSingleOutput, executeMultipleOutputs } = backend
    const ops: string[] = []
    backend.executeSingleOutput = (name, ...rest) => {
      if (/Conv|Bias|Relu/.test(name)) ops.push(name)
      return executeSingleOutput.call(backend, name, ...rest)
    }
    backend.executeMultipleOutputs = (name, ...rest) => {
      ops.push(name)
      return executeMultipleOutputs.call(backend, name, ...rest)
    }
    try {
      train(layer)
    } finally {
      Object.assign(backend, { executeSingleOutput, executeMultipleOutputs })
    }
    expect(ops).toEqual([
      '_MklNativeFusedConv2D',
      ...example.gradientOps,
      '_MklNativeConv2DBackpropFilterWithBias',
      'Conv2DBackpropInput',
    ])
  })

  it('leaves no tensor behind', async () => {
    await chooseBackend('tensorflow')
    const layer = layerOf({ padding: 'same' })
    const x = tf.variable(noise(7, [2, 6, 5, 3]))
    const step = () => {
      const loss = () => (layer.apply(x, { training: true }) as tf.Tensor).sum().asScalar()
      const { value, grads } = tf.variableGrads(loss)
      tf.dispose([value, grads])
    }
    step()
    const before = tf.memory().numTensors
    for (let i = 0; i < 3; i++) step()
    expect(tf.memory().numTensors).toBe(before)
  })
})
