import { biasRelu } from '../backends/tensorflow/bias-relu.ts'
import { tf } from '../tf.ts'

/** relu(x + bias), [batch, h, w, c] → the same, for inference alone: models/for-inference.ts puts it into networks. */
export class BiasRelu extends tf.layers.Layer {
  static className = 'BiasRelu'
  #bias: tf.LayerVariable | undefined

  override build(shape: tf.Shape): void {
    this.#bias = this.addWeight('bias', [shape.at(-1)!], 'float32', tf.initializers.zeros())
    super.build(shape)
  }

  override computeOutputShape(shape: tf.Shape): tf.Shape {
    return shape
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D
    return tf.tidy(() => biasRelu(x, this.#bias!.read() as tf.Tensor1D))
  }
}
