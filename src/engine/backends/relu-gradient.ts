import { tf } from '../tf.ts'

type NativeBackend = {
  binding: { TF_FLOAT: number; TF_ATTR_TYPE: number }
  executeSingleOutput(name: string, attributes: unknown[], inputs: tf.Tensor[]): tf.Tensor
}

/**
 * tfjs differentiates ReLU as a `Step` and a multiply. Native TensorFlow has `ReluGrad`, one pass over memory instead
 * of three: about a tenth of a training step of the restoration net.
 */
export function useNativeReluGradient(): void {
  tf.registerGradient({
    kernelName: 'Relu',
    inputsToSave: ['x'],
    gradFunc: (dy, saved) => {
      const native = tf.backend() as unknown as NativeBackend
      const { TF_FLOAT, TF_ATTR_TYPE } = native.binding
      const attributes = [{ name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT }]
      return { x: () => native.executeSingleOutput('ReluGrad', attributes, [dy as tf.Tensor, saved[0]]) }
    },
  })
}
