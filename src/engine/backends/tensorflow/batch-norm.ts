import { tf } from '../../tf.ts'
import { floatNhwc, type NativeAttribute, nativeBackend } from './native-backend.ts'
import { trainNatively } from './train-natively.ts'

/**
 * While it trains, tfjs's batch norm is some forty passes over memory: mean, variance and normalization are ops of their
 * own, and so are their gradients. Native TensorFlow has both ways as one op each (Ioffe & Szegedy 2015, section 3.1):
 * a training step of a U-Net with 16 filters takes about half the time.
 */
export function useNativeBatchNorm(): void {
  trainNatively(tf.layers.batchNormalization({}), (layer: BatchNormalization, x) => {
    const { axis, scale, center } = layer
    return x.rank === 4 && (axis === -1 || axis === 3) && scale && center ? train(layer, x) : null
  })
}

type Weight = { read(): tf.Tensor; write(value: tf.Tensor): void }
type BatchNormalization = {
  axis: number
  epsilon: number
  momentum: number
  scale: boolean
  center: boolean
  gamma: Weight
  beta: Weight
  movingMean: Weight
  movingVariance: Weight
}

function train(layer: BatchNormalization, x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const inputs = { x, gamma: layer.gamma.read(), beta: layer.beta.read() }
    const outputs = tf
      .engine()
      .runKernel(KERNEL, inputs, { epsilon: layer.epsilon }) as unknown as tf.Tensor[]
    const [y, mean, variance] = outputs
    const follow = (weight: Weight, value: tf.Tensor) => {
      tf.tidy(() =>
        weight.write(
          weight
            .read()
            .mul(layer.momentum)
            .add(value.mul(1 - layer.momentum)),
        ),
      )
    }
    const count = x.size / x.shape[3]!
    follow(layer.movingMean, mean)
    follow(layer.movingVariance, variance.mul((count - 1) / count)) // the native one divides by count − 1
    return y
  })
}

const KERNEL = 'BatchNormTraining'

/** [batch, h, w, c] → the same normalized, mean and variance [c], and three tensors that the gradient wants. */
tf.registerKernel({
  kernelName: KERNEL,
  backendName: 'tensorflow',
  kernelFunc: ({ inputs: { x, gamma, beta }, attrs }) => {
    const attributes = attributesOf(attrs?.epsilon as number)
    const none = tf.tensor1d([])
    const given = [x, gamma, beta, none, none] as tf.TensorInfo[]
    const outputs = nativeBackend().executeMultipleOutputs('FusedBatchNormV3', attributes, given, 6)
    none.dispose()
    return outputs
  },
})

tf.registerGradient({
  kernelName: KERNEL,
  inputsToSave: ['x', 'gamma'],
  outputsToSave: [false, false, false, true, true, true],
  gradFunc: (gradients, [x, gamma, ...kept], attributes) => {
    const [dy] = gradients as tf.Tensor[]
    const given = [dy, x, gamma, ...kept]
    const [byX, byGamma, byBeta] = nativeBackend().executeMultipleOutputs(
      'FusedBatchNormGradV3',
      attributesOf(attributes.epsilon as number),
      given,
      5,
    )
    return { x: () => byX, gamma: () => byGamma, beta: () => byBeta }
  },
})

function attributesOf(epsilon: number): NativeAttribute[] {
  const { binding } = nativeBackend()
  return [
    ...floatNhwc(binding),
    { name: 'U', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
    { name: 'epsilon', type: binding.TF_ATTR_FLOAT, value: epsilon },
    { name: 'is_training', type: binding.TF_ATTR_BOOL, value: true },
  ]
}
