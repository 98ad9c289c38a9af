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
      const native = nativeBackend()
      const { TF_FLOAT, TF_ATTR_TYPE } = native.binding
      const type = [{ name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT }]
      return { x: () => native.executeSingleOutput('ReluGrad', type, [dy as tf.Tensor, saved[0]]) }
    },
  })
}
