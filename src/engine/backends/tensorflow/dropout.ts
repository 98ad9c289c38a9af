import { tf } from '../../tf.ts'
import { nativeBackend } from './native-backend.ts'

/**
 * tfjs draws a dropout mask (Srivastava et al. 2014) number by number in JavaScript: nearly a third of a training step of
 * a U-Net. Native TensorFlow draws it as one op, from the layer's seed and nothing else, so that a resumed run sees the
 * same masks. A layer without a seed, or with a noise shape, stays with tfjs's.
 */
export function useNativeDropout(): void {
  if (isInUse) return
  isInUse = true
  // tfjs does not export the layer's class; its instances have it.
  const layer = Object.getPrototypeOf(tf.layers.dropout({ rate: 0.5 })) as Dropout
  const portable = layer.call
  layer.call = function (this: Dropout, inputs, kwargs) {
    const x = Array.isArray(inputs) ? inputs[0] : inputs
    const { rate, seed, noiseShape } = this
    const isNative =
      kwargs.training === true &&
      tf.getBackend() === 'tensorflow' &&
      rate > 0 &&
      seed !== undefined &&
      seed !== null &&
      !noiseShape
    return isNative ? tf.tidy(() => x.mul(mask(x.shape, rate, seed))) : portable.call(this, inputs, kwargs)
  }
}

let isInUse = false

type Dropout = {
  rate: number
  seed?: number | null
  noiseShape?: unknown
  call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }): tf.Tensor
}

/** 0 with probability `rate`, else 1 / (1 − rate). */
function mask(shape: number[], rate: number, seed: number): tf.Tensor {
  const native = nativeBackend()
  const { TF_ATTR_TYPE, TF_FLOAT, TF_INT32 } = native.binding
  const attributes = [
    { name: 'dtype', type: TF_ATTR_TYPE, value: TF_FLOAT },
    { name: 'T', type: TF_ATTR_TYPE, value: TF_INT32 },
    { name: 'Tseed', type: TF_ATTR_TYPE, value: TF_INT32 },
  ]
  const given = [tf.tensor1d(shape, 'int32'), tf.tensor1d([seed, 0], 'int32')]
  const uniform = native.executeSingleOutput('StatelessRandomUniform', attributes, given)
  return uniform
    .greaterEqual(rate)
    .toFloat()
    .mul(1 / (1 - rate))
}
