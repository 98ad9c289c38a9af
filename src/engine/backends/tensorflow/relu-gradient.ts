import { tf } from '../../tf.ts'
import { nativeBackend } from './native-backend.ts'

/**
 * tfjs differentiates ReLU as a `Step` and a multiply. Native TensorFlow has `ReluGrad`, one pass over memory instead
 * of three: about a tenth of a training step of the restoration net.
 */
export function useNativeReluGradient(): void {
  // The table of gradients is one for all backends: what was there goes on serving the others.
  const portable = tf.getGradient('Relu').gradFunc
  tf.registerGradient({
    kernelName: 'Relu',
    inputsToSave: ['x'],
    gradFunc: (dy, saved, attributes) => {
      if (tf.getBackend() !== 'tensorflow') return portable(dy, saved, attributes)
      return { x: () => reluGradient(dy as tf.Tensor, saved[0]) }
    },
  })
}

/** dy where `x` is positive, else 0. `x` may be what came out of the ReLU as well as what went in. */
export function reluGradient(dy: tf.Tensor, x: tf.Tensor): tf.Tensor {
  const native = nativeBackend()
  const { TF_FLOAT, TF_ATTR_TYPE } = native.binding
  return native.executeSingleOutput('ReluGrad', [{ name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT }], [dy, x])
}
