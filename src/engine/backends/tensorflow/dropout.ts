import { tf } from '../../tf.ts'
import { nativeBackend } from './native-backend.ts'
import { trainNatively } from './train-natively.ts'

/**
 * tfjs draws a dropout mask (Srivastava et al. 2014) number by number in JavaScript: nearly a third of a training step of
 * a U-Net. Native TensorFlow draws it as one op, from the layer's seed and nothing else, so that a resumed run sees the
 * same masks. A layer without a seed, or with a noise shape, stays with tfjs's.
 */
export function useNativeDropout(): void {
  trainNatively(tf.layers.dropout({ rate: 0.5 }), ({ rate, seed, noiseShape }: Dropout, x) => {
    if (!(rate > 0) || seed === undefined || seed === null || noiseShape) return null
    return tf.tidy(() => x.mul(mask(x.shape, rate, seed)))
  })
}

type Dropout = { rate: number; seed?: number | null; noiseShape?: unknown }

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
