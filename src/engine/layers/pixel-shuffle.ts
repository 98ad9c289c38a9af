/**
 * Sub-pixel rearrangement (Shi et al. 2016, "Real-Time Single Image and Video Super-Resolution Using an Efficient
 * Sub-Pixel Convolutional Neural Network"). Written as reshape + transpose, because tfjs has no gradient for
 * `depthToSpace`; channel order is that of `tf.nn.depth_to_space`.
 */
import { tf } from '../tf.ts'

type Shape = (number | null)[]
type FactorConfig = { factor: number; name?: string }

const scaled = (size: number | null, by: number) => (size === null ? null : size * by)

function only(input: tf.Tensor | tf.Tensor[]): tf.Tensor4D {
  return (Array.isArray(input) ? input[0] : input) as tf.Tensor4D
}

/** [batch, h, w, factor² · c] → [batch, h · factor, w · factor, c]. */
export class PixelShuffle extends tf.layers.Layer {
  static className = 'PixelShuffle'
  readonly factor: number

  constructor(config: FactorConfig) {
    super(config as unknown as ConstructorParameters<typeof tf.layers.Layer>[0])
    this.factor = config.factor
  }

  override computeOutputShape(shape: Shape): Shape {
    const [batch, height, width, channels] = shape
    const f = this.factor
    return [batch, scaled(height, f), scaled(width, f), (channels as number) / (f * f)]
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = only(inputs)
      const [batch, height, width, channels] = x.shape
      const f = this.factor
      const c = channels / (f * f)
      return x
        .reshape([batch * height, width, f, f * c])
        .transpose([0, 2, 1, 3])
        .reshape([batch, height * f, width * f, c])
    })
  }

  override getConfig() {
    return { ...super.getConfig(), factor: this.factor }
  }
}

/** [batch, h · factor, w · factor, c] → [batch, h, w, factor² · c]. Both sizes must divide by `factor`. */
export class PixelUnshuffle extends tf.layers.Layer {
  static className = 'PixelUnshuffle'
  readonly factor: number

  constructor(config: FactorConfig) {
    super(config as unknown as ConstructorParameters<typeof tf.layers.Layer>[0])
    this.factor = config.factor
  }

  override computeOutputShape(shape: Shape): Shape {
    const [batch, height, width, channels] = shape
    const f = this.factor
    return [batch, scaled(height, 1 / f), scaled(width, 1 / f), (channels as number) * f * f]
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = only(inputs)
      const [batch, height, width, channels] = x.shape
      const f = this.factor
      return x
        .reshape([(batch * height) / f, f, width / f, f * channels])
        .transpose([0, 2, 1, 3])
        .reshape([batch, height / f, width / f, f * f * channels])
    })
  }

  override getConfig() {
    return { ...super.getConfig(), factor: this.factor }
  }
}

tf.serialization.registerClass(PixelShuffle)
tf.serialization.registerClass(PixelUnshuffle)
