import { tf } from '../../tf.ts'
import { overrideKernel } from '../override-kernel.ts'
import { floatNhwc, nativeBackend } from './native-backend.ts'

/**
 * tfjs differentiates a bias as a sum over batch, height and width. Native TensorFlow's `BiasAddGrad` is that very
 * sum, in less than half the time.
 */
export function useNativeBiasGradient(): void {
  overrideKernel('tensorflow', tf.Sum, (sum) => (args) => {
    const x = args.inputs.x as tf.TensorInfo
    const { axis, keepDims } = args.attrs as unknown as tf.SumAttrs & { keepDims: boolean }
    const axes = tf.util.parseAxisParam(axis, x.shape)
    const sumsAllButChannels =
      x.dtype === 'float32' && x.shape.length === 4 && axes.join() === '0,1,2' && !keepDims
    if (!sumsAllButChannels) return sum!(args)
    const native = nativeBackend()
    return native.executeSingleOutput('BiasAddGrad', floatNhwc(native.binding), [x])
  })
}
