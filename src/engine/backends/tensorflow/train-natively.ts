import { tf } from '../../tf.ts'

/** `native`: what the layer gives for its input in training, or null where it is one for tfjs. */
type Native<L> = (layer: L, x: tf.Tensor) => tf.Tensor | null
type Trained<L> = L & { call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }): tf.Tensor }

const done = new Set<object>()

/**
 * Has all layers of the example's class (tfjs exports the classes of its layers only by their instances) train by
 * `native` on this backend. A second call for the same class changes nothing.
 */
export function trainNatively<L>(example: tf.layers.Layer, native: Native<L>): void {
  const layer = Object.getPrototypeOf(example) as Trained<L>
  if (done.has(layer)) return
  done.add(layer)
  const portable = layer.call
  layer.call = function (this: Trained<L>, inputs, kwargs) {
    const isNative = kwargs.training === true && tf.getBackend() === 'tensorflow'
    const x = Array.isArray(inputs) ? inputs[0] : inputs
    return (isNative && native(this, x)) || portable.call(this, inputs, kwargs)
  }
}
