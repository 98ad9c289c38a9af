/** What the project changes in tfjs-node: the same numbers as before, and every failure to load explained. */
import { describe, expect, it } from 'vitest'
import { random } from '../random.ts'
import { tf } from '../tf.ts'
import { useNativeBiasGradient } from './tensorflow/bias-gradient.ts'
import { biasRelu, useOneDnnBiasRelu } from './tensorflow/bias-relu.ts'
import { useFusedConvolution } from './tensorflow/fused-convolution.ts'
import { useOneDnnMaxPool } from './tensorflow/max-pool.ts'
import { nativeBackend } from './tensorflow/native-backend.ts'
import { useNativeReluGradient } from './tensorflow/relu-gradient.ts'
import { explain, tensorflow } from './tensorflow.ts'

const native = await tensorflow.start({ asked: true }).then(
  () => true,
  (error: Error) => {
    console.warn(`SKIPPED: native TensorFlow. ${error.message}`)
    return false
  },
)

const noise = (seed: number, shape: number[]) => {
  const values = new Float32Array(tf.util.sizeFromShape(shape))
  random(seed).fillGaussian(values)
  return tf.tensor(values, shape)
}

/** Runs `compute`, and says which TensorFlow ops that took. */
async function opsOf<T>(compute: () => T): Promise<{ result: T; ops: string[] }> {
  const backend = nativeBackend()
  const { executeSingleOutput, executeMultipleOutputs } = backend
  const ops: string[] = []
  backend.executeSingleOutput = (name, ...rest) => {
    ops.push(name)
    return executeSingleOutput.call(backend, name, ...rest)
  }
  backend.executeMultipleOutputs = (name, ...rest) => {
    ops.push(name)
    return executeMultipleOutputs.call(backend, name, ...rest)
  }
  try {
    return { result: compute(), ops }
  } finally {
    Object.assign(backend, { executeSingleOutput, executeMultipleOutputs })
  }
}

const explicit: tf.backend_util.ExplicitPadding = [
  [0, 0],
  [1, 2],
  [0, 1],
  [0, 0],
]

const values = (tensor: tf.Tensor) => Array.from(tensor.dataSync())
const expectClose = (computed: tf.Tensor, expected: tf.Tensor) => {
  expect(computed.shape).toEqual(expected.shape)
  expect(tf.sub(computed, expected).abs().max().dataSync()[0]).toBeLessThan(1e-4)
}

describe.skipIf(!native)('native TensorFlow', () => {
  it("differentiates a ReLU by one native op, to the same numbers as tfjs's own, nothing at 0 included", async () => {
    const x = tf.tensor1d([-2, -0, 0, 1e-30, 0.5, 3])
    const dy = tf.tensor1d([1, 2, 3, 4, 5, -6])
    const { result, ops } = await opsOf(() => tf.grad((x) => tf.relu(x))(x, dy))
    expect(values(result)).toEqual([0, 0, 0, 4, 5, -6])
    expect(ops).toContain('ReluGrad')
    expect(ops).not.toContain('Step')
  })

  it('leaves the gradient of a ReLU on other backends alone', async () => {
    await tf.setBackend('cpu')
    try {
      const gradient = tf.grad((x) => tf.relu(x))(tf.tensor1d([-1, 2]), tf.tensor1d([5, 7]))
      expect(values(gradient)).toEqual([0, 7])
    } finally {
      await tf.setBackend('tensorflow')
    }
  })

  it('sums a bias gradient natively, and every other sum as before', async () => {
    const x = noise(1, [2, 5, 4, 3])
    const expected = x.reshape([40, 3]).sum(0)
    const { result, ops } = await opsOf(() => x.sum([0, 1, 2]))
    expect(ops).toEqual(['BiasAddGrad'])
    expectClose(result, expected)
    expectClose(x.sum([0, 1, 2], true), expected.reshape([1, 1, 1, 3]))
    expectClose(x.sum([0, 1]), x.reshape([10, 4, 3]).sum(0))
    expectClose(x.sum([1, 2, 3]), x.reshape([2, 60]).sum(1))
    expectClose(x.sum(), x.flatten().sum())
    expect(values(tf.ones([1, 2, 2, 3], 'int32').sum([0, 1, 2]))).toEqual([4, 4, 4])
  })

  it.each([
    { strides: 1, pad: 'same', activation: 'linear' },
    { strides: 2, pad: 'same', activation: 'relu' },
    { strides: [2, 1], pad: 'valid', activation: 'sigmoid' },
    { strides: 1, pad: explicit, activation: 'relu' },
    { strides: 1, pad: 'same', activation: 'relu6' },
    { strides: [1, 2], pad: 'valid', activation: 'elu' },
    { strides: 1, pad: 'same', activation: 'prelu' },
    { strides: 1, pad: 'same', activation: 'leakyrelu' },
  ] as const)(
    'convolves with bias and activation to the same numbers: %j',
    async ({ strides, pad, activation }) => {
      const x = noise(2, [2, 9, 8, 5]) as tf.Tensor4D
      const filter = noise(3, [3, 3, 5, 4]) as tf.Tensor4D
      const bias = noise(4, [4])
      const alpha = tf.tensor1d([0.1, 0.2, 0.3, 0.4])
      const leakyreluAlpha = 0.2
      const sum = tf.conv2d(x, filter, strides as [number, number], pad).add(bias)
      const expected = {
        linear: () => sum,
        relu: () => tf.relu(sum),
        relu6: () => tf.relu6(sum),
        elu: () => tf.elu(sum),
        sigmoid: () => tf.sigmoid(sum),
        prelu: () => tf.prelu(sum, alpha),
        leakyrelu: () => tf.leakyRelu(sum, leakyreluAlpha),
      }[activation]()
      const fused = tf.fused.conv2d({
        x,
        filter,
        strides: strides as [number, number],
        pad,
        bias,
        activation,
        preluActivationWeights: activation === 'prelu' ? alpha : undefined,
        leakyreluAlpha,
      })
      expectClose(fused, expected as tf.Tensor)
    },
  )

  it('adds the bias and activates within the convolution where this build of TensorFlow can', async () => {
    const x = noise(5, [1, 8, 8, 3]) as tf.Tensor4D
    const filter = noise(6, [1, 1, 3, 2]) as tf.Tensor4D
    const bias = noise(7, [2])
    const can = useFusedConvolution()
    const { ops } = await opsOf(() =>
      tf.fused.conv2d({ x, filter, strides: 1, pad: 'same', bias, activation: 'relu' }),
    )
    expect(ops).toEqual(can ? ['_MklNativeFusedConv2D'] : expect.arrayContaining(['Conv2D', 'Relu']))
  })

  it.each(['same', 'valid'] as const)("pools by oneDNN to the cpu backend's numbers: %s", async (pad) => {
    const x = noise(12, [2, 9, 7, 5]) as tf.Tensor4D
    const can = useOneDnnMaxPool()
    const { result, ops } = await opsOf(() => tf.maxPool(x, 2, 2, pad))
    expect(ops).toEqual([can ? '_MklNativeMaxPool' : 'MaxPool'])
    await tf.setBackend('cpu')
    const expected = tf.maxPool(tf.tensor4d(noise(12, [2, 9, 7, 5]).dataSync(), [2, 9, 7, 5]), 2, 2, pad)
    const there = [...expected.dataSync()]
    await tf.setBackend('tensorflow')
    expect(values(result)).toEqual(there)
  })

  it('differentiates a max-pool all the same', () => {
    const x = tf.tensor4d([1, 4, 2, 3, 9, 5, 7, 8], [1, 2, 4, 1])
    const gradient = tf.grad((x) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid'))(x)
    expect(values(gradient)).toEqual([0, 0, 0, 0, 1, 0, 0, 1])
  })

  it('adds a bias and activates in one op, where oneDNN has it', async () => {
    const x = noise(13, [2, 5, 4, 6]) as tf.Tensor4D
    const bias = noise(14, [6]) as tf.Tensor1D
    const can = useOneDnnBiasRelu()
    const before = tf.memory().numTensors
    const { result, ops } = await opsOf(() => biasRelu(x, bias))
    expect(tf.memory().numTensors).toBe(before + 1)
    expect(ops.includes('_MklNativeFusedBatchNormEx')).toBe(can)
    expectClose(result, tf.relu(tf.add(x, bias)))
  })

  it('leaves nothing behind', () => {
    const x = noise(8, [1, 6, 6, 3]) as tf.Tensor4D
    const layer = tf.layers.conv2d({ filters: 2, kernelSize: 3, activation: 'relu', biasInitializer: 'ones' })
    const loss = () => (layer.apply(x) as tf.Tensor).sum().asScalar()
    tf.dispose(loss()) // makes the weights
    tf.dispose(tf.variableGrads(loss))
    const before = tf.memory().numTensors
    for (let i = 0; i < 3; i++) {
      tf.dispose(tf.variableGrads(loss))
      tf.dispose(layer.apply(x) as tf.Tensor)
    }
    expect(tf.memory().numTensors).toBe(before)
  })

  it('may be told twice', () => {
    useNativeReluGradient()
    useNativeBiasGradient()
    useFusedConvolution()
    useOneDnnMaxPool()
    useOneDnnBiasRelu()
    expect(values(tf.grad((x) => tf.relu(x))(tf.tensor1d([-1, 2])))).toEqual([0, 1])
  })
})

describe('what keeps TensorFlow from loading', () => {
  const thrown = (message: string, code?: string) => Object.assign(new Error(message), code ? { code } : {})

  it.each([
    {
      error: thrown("Cannot find module '@tensorflow/tfjs-node-gpu'\nRequire stack: …", 'MODULE_NOT_FOUND'),
      message: 'The package @tensorflow/tfjs-node-gpu is not installed.',
      hint: 'npm ci',
    },
    {
      error: thrown(
        'The Node.js native addon module (tfjs_binding.node) can not be found at path: /x/y.node',
      ),
      message: "TensorFlow's native library is not set up.",
      hint: 'npm run setup:tensorflow',
    },
    {
      error: thrown(
        'libtensorflow_cc.so.2: cannot open shared object file: No such file or directory',
        'ERR_DLOPEN_FAILED',
      ),
      message: "TensorFlow's native library misses the library libtensorflow_cc.so.2.",
      hint: 'npm run setup:tensorflow',
    },
    {
      error: thrown("/lib/libm.so.6: version `GLIBC_2.29' not found (required by libtensorflow_cc.so.2)"),
      message: "TensorFlow's native library needs a newer system: GLIBC_2.29 is missing.",
      hint: 'newer release',
    },
    {
      error: thrown('invalid ELF header\nmore'),
      message: "TensorFlow's native library does not load: invalid ELF header",
      hint: 'npm run setup:tensorflow',
    },
  ])('is said, and what to do: $message', ({ error, message, hint }) => {
    expect(explain(error)).toMatchObject({
      code: 'backend-unavailable',
      message,
      hint: expect.stringContaining(hint),
      cause: error,
    })
  })
})
