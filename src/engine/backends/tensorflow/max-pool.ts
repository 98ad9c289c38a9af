import { tf } from '../../tf.ts'
import { overrideKernel } from '../override-kernel.ts'
import { ONEDNN_LABEL } from './fused-convolution.ts'
import { floatNhwc, type NativeAttribute, nativeBackend } from './native-backend.ts'

const OP = '_MklNativeMaxPool'

/**
 * Max-pooling by oneDNN, which takes a fifth to a half of the time of TensorFlow's own, and its gradient a fifth. On the
 * CPU only, and only if this build knows the ops and their numbers agree; returns whether that is so.
 */
export function useOneDnnMaxPool(): boolean {
  if (nativeBackend().binding.isUsingGpuDevice() || !agrees()) return false
  overrideKernel('tensorflow', tf.MaxPool, (portable) => (args) => {
    const x = args.inputs.x as tf.TensorInfo
    const { filterSize, strides, pad, dimRoundingMode } = args.attrs as unknown as tf.MaxPoolAttrs
    const shape = x.shape as [number, number, number, number]
    const info = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode)
    const { type } = info.padInfo
    return x.dtype === 'float32' && (type === 'SAME' || type === 'VALID')
      ? maxPool(x, info, type)
      : portable!(args)
  })
  // The table of gradients is one for all backends: what was there goes on serving the others.
  const { gradFunc: portable, ...saved } = tf.getGradient(tf.MaxPool)
  tf.registerGradient({
    ...saved,
    gradFunc: (dy, kept, attributes) => {
      const [x] = kept
      const { filterSize, strides, pad, dimRoundingMode } = attributes as unknown as tf.MaxPoolAttrs
      const shape = x.shape as [number, number, number, number]
      const info = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode)
      const { type } = info.padInfo
      return tf.getBackend() === 'tensorflow' && (type === 'SAME' || type === 'VALID')
        ? { x: () => maxPoolGradient(dy as tf.Tensor, x, info, type) }
        : portable(dy, kept, attributes)
    },
  })
  return true
}

type Pooling = ReturnType<typeof tf.backend_util.computePool2DInfo>
type Padding = 'SAME' | 'VALID'

function maxPool(x: tf.TensorInfo, info: Pooling, padding: Padding): tf.Tensor {
  const [y, workspace] = nativeBackend().executeMultipleOutputs(OP, attributesOf(info, padding), [x], 2)
  workspace.dispose()
  return y
}

/** oneDNN's gradient wants its own note of where the maxima were: pooling once more for it costs little. */
function maxPoolGradient(dy: tf.Tensor, x: tf.Tensor, info: Pooling, padding: Padding): tf.Tensor {
  const native = nativeBackend()
  const attributes = [
    ...attributesOf(info, padding),
    { name: 'workspace_enabled', type: native.binding.TF_ATTR_BOOL, value: true },
  ]
  const [y, workspace] = native.executeMultipleOutputs(OP, attributes, [x], 2)
  const dx = native.executeSingleOutput(`${OP}Grad`, attributes, [x, y, dy, workspace])
  y.dispose()
  workspace.dispose()
  return dx
}

function attributesOf(info: Pooling, padding: Padding): NativeAttribute[] {
  const { binding } = nativeBackend()
  const { TF_ATTR_INT, TF_ATTR_STRING } = binding
  return [
    ...floatNhwc(binding),
    { name: 'ksize', type: TF_ATTR_INT, value: [1, info.filterHeight, info.filterWidth, 1] },
    { name: 'strides', type: TF_ATTR_INT, value: [1, info.strideHeight, info.strideWidth, 1] },
    { name: 'padding', type: TF_ATTR_STRING, value: padding },
    { name: '_kernel', type: TF_ATTR_STRING, value: ONEDNN_LABEL },
  ]
}

/** Tries both ops once with each padding, against TensorFlow's own. */
function agrees(): boolean {
  try {
    return tf.tidy(() => {
      const x = tf
        .linspace(0, 60, 2 * 7 * 5 * 3)
        .sin()
        .reshape([2, 7, 5, 3]) as tf.Tensor4D
      return (['same', 'valid'] as const).every((pad) => {
        const info = tf.backend_util.computePool2DInfo([2, 7, 5, 3], [3, 2], 2, 1, pad)
        const padding = pad === 'same' ? 'SAME' : 'VALID'
        const pool = (x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, [3, 2], 2, pad)
        const expected = pool(x)
        const dy = tf.cos(expected)
        const differs = (a: tf.Tensor, b: tf.Tensor) => a.sub(b).abs().max().dataSync()[0] > 1e-6
        return (
          !differs(maxPool(x, info, padding), expected) &&
          !differs(maxPoolGradient(dy, x, info, padding), tf.grad(pool)(x, dy))
        )
      })
    })
  } catch {
    return false
  }
}
