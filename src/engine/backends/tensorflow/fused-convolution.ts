import { tf } from '../../tf.ts'
import { overrideKernel } from '../override-kernel.ts'
import { floatNhwc, nativeBackend } from './native-backend.ts'

/** oneDNN's convolution with what follows it, and the label that its kernel is registered under. Not in every build. */
const OP = '_MklNativeFusedConv2D'
export const ONEDNN_LABEL = 'MklNameChangeOp'

/** tfjs's activations that the op takes, by its own names. */
const ACTIVATIONS: Partial<Record<string, string>> = { relu: 'Relu', relu6: 'Relu6', elu: 'Elu' }

/**
 * tfjs-node runs a "fused" convolution as a convolution, an addition and an activation. oneDNN adds the bias and
 * activates while it writes the result, which saves two passes over memory: a sixth off a 3×3 convolution's time, two
 * fifths off a 1×1's. On the CPU only, and only if the binding (tools/setup/bindingPatch.ts) and this build of
 * TensorFlow know the op and its numbers agree; returns whether that is so.
 */
export function useFusedConvolution(): boolean {
  if (nativeBackend().binding.isUsingGpuDevice() || !agrees()) return false
  overrideKernel('tensorflow', tf.FusedConv2D, (fused) => (args) => {
    const { x, filter, bias, preluActivationWeights } = args.inputs as tf.FusedConv2DInputs
    const attributes = args.attrs as unknown as tf.FusedConv2DAttrs
    const { activation, leakyreluAlpha } = attributes
    const fits = bias && tf.util.sizeFromShape(bias.shape) === filter.shape[3] && bias.shape.length === 1
    const info = fits && convolutionOf(x, filter, attributes)
    if (!info) return fused!(args)
    const activated = ACTIVATIONS[activation]
    const sum = convolveAndAdd(x, filter, bias, info, activated)
    if (activated) return sum
    const y = nativeBackend().applyActivation(sum, activation, preluActivationWeights, leakyreluAlpha)
    if (y !== sum) sum.dispose()
    return y
  })
  return true
}

export type Convolution = ReturnType<typeof tf.backend_util.computeConv2DInfo>

/** The convolution's geometry, or null if it is one that the op does not take. */
export function convolutionOf(
  x: tf.TensorInfo,
  filter: tf.TensorInfo,
  attributes: Pick<tf.FusedConv2DAttrs, 'strides' | 'pad' | 'dilations' | 'dataFormat'> &
    Partial<Pick<tf.FusedConv2DAttrs, 'dimRoundingMode'>>,
): Convolution | null {
  const { strides, pad, dilations, dimRoundingMode, dataFormat } = attributes
  if (dataFormat !== 'NHWC' || x.dtype !== 'float32') return null
  type Shape = [number, number, number, number]
  const [input, kernel] = [x.shape as Shape, filter.shape as Shape]
  const info = tf.backend_util.computeConv2DInfo(input, kernel, strides, dilations, pad, dimRoundingMode)
  return info.padInfo.type === 'SAME' || info.padInfo.type === 'VALID' ? info : null
}

/** activation(conv(x, filter) + bias); `activation` by TensorFlow's name. */
export function convolveAndAdd(
  x: tf.TensorInfo,
  filter: tf.TensorInfo,
  bias: tf.TensorInfo,
  info: Convolution,
  activation?: string,
): tf.Tensor {
  const native = nativeBackend()
  const { TF_ATTR_INT, TF_ATTR_STRING, TF_ATTR_TYPE, TF_FLOAT } = native.binding
  const { strideHeight, strideWidth, dilationHeight, dilationWidth, padInfo } = info
  const attributes = [
    ...floatNhwc(native.binding),
    { name: 'num_args', type: TF_ATTR_INT, value: 1 }, // the bias
    { name: 'TArgs', type: TF_ATTR_TYPE, value: [TF_FLOAT] },
    { name: 'num_host_args', type: TF_ATTR_INT, value: 0 },
    { name: 'fused_ops', type: TF_ATTR_STRING, value: activation ? ['BiasAdd', activation] : ['BiasAdd'] },
    { name: 'strides', type: TF_ATTR_INT, value: [1, strideHeight, strideWidth, 1] },
    { name: 'dilations', type: TF_ATTR_INT, value: [1, dilationHeight, dilationWidth, 1] },
    { name: 'padding', type: TF_ATTR_STRING, value: padInfo.type },
    { name: '_kernel', type: TF_ATTR_STRING, value: ONEDNN_LABEL },
  ]
  return native.executeSingleOutput(OP, attributes, [x, filter, bias])
}

/** Tries the op once with each activation, against the separate steps. */
function agrees(): boolean {
  const activate: Record<string, (x: tf.Tensor) => tf.Tensor> = {
    relu: tf.relu,
    relu6: tf.relu6,
    elu: tf.elu,
  }
  try {
    return tf.tidy(() => {
      const x = tf.linspace(-1, 1, 2 * 6 * 5 * 3).reshape([2, 6, 5, 3]) as tf.Tensor4D
      const filter = tf.linspace(1, -0.5, 3 * 3 * 3 * 4).reshape([3, 3, 3, 4]) as tf.Tensor4D
      const bias = tf.tensor1d([0.5, -0.25, 3, -2])
      const sum = tf.conv2d(x, filter, 1, 'same').add(bias)
      const info = tf.backend_util.computeConv2DInfo([2, 6, 5, 3], [3, 3, 3, 4], 1, 1, 'same')
      return [undefined, ...Object.keys(ACTIVATIONS)].every((name) => {
        const expected = name ? activate[name](sum) : sum
        const y = convolveAndAdd(x, filter, bias, info, name && ACTIVATIONS[name])
        return y.sub(expected).abs().max().dataSync()[0] < 1e-4
      })
    })
  } catch {
    return false
  }
}
