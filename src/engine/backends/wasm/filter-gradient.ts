/** Gradients of convolutions with respect to their filters, as one product for each tap of the filter. */
import { tf } from '../../tf.ts'
import { padOrCrop } from '../pad-or-crop.ts'
import type { Geometry, Plane } from './geometry.ts'

/** x [b, H, W, in], dy [b, h, w, out] → [filter height, filter width, in, out]. */
export function filterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, geometry: Geometry): tf.Tensor4D {
  const taps = new Taps(x, geometry)
  const [channelsIn, channelsOut] = [x.shape[3], dy.shape[3]]
  const right = taps.aligned(dy) // [pixels, out]
  const products = taps.map((shifted) => tf.matMul(shifted, right)) // of [in, out]
  const { height, width } = geometry.filter
  return tf.concat(products).reshape([height, width, channelsIn, channelsOut])
}

/** x [b, H, W, in], dy [b, h, w, in · multiplier] → [filter height, filter width, in, multiplier]. */
export function depthwiseFilterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, geometry: Geometry): tf.Tensor4D {
  const taps = new Taps(x, geometry)
  const channels = x.shape[3]
  const multiplier = dy.shape[3] / channels
  const right = taps.aligned(dy).reshape([-1, channels, multiplier]).transpose([2, 1, 0])
  const each = tf.unstack(right) // of [in, pixels], one for each of the multiplier
  const sums = taps.map(
    (shifted) =>
      tf.stack(
        each.map((part) => tf.mul(shifted, part).sum<tf.Tensor1D>(1)),
        1,
      ) as tf.Tensor2D,
  ) // of [in, multiplier]
  const { height, width } = geometry.filter
  return tf.concat(sums).reshape([height, width, channels, multiplier])
}

/**
 * What each tap of a filter meets, so that a sum over output pixels is a product of two matrices: the input as one
 * long row of pixels for each channel, in which another tap is another offset, and dy with zeros between, so that its
 * pixels stand where the input's stand. With a stride, the input falls into stride² interleaved parts of that kind.
 */
class Taps {
  readonly #geometry: Geometry
  /** Of one part, px: what `output` covers, and as far as the filter reaches beyond. */
  readonly #part: Plane
  /** [stride height · stride width, in, pixels of a part] */
  readonly #parts: tf.Tensor3D
  /** As many pixels as every tap has. */
  readonly #length: number

  constructor(x: tf.Tensor4D, geometry: Geometry) {
    const { batch, input, output, filter, stride, before } = geometry
    this.#geometry = geometry
    const reach = (side: keyof Plane) => Math.floor((filter[side] - 1) / stride[side])
    const part = (side: keyof Plane) => output[side] + reach(side)
    const growth = (side: keyof Plane) => {
      const after = stride[side] * part(side) - before[side] - input[side]
      return { before: before[side], after }
    }
    this.#part = { height: part('height'), width: part('width') }
    const channels = x.shape[3]
    const padded = padOrCrop(x, growth('height'), growth('width'))
    this.#parts = padded
      .reshape([batch * this.#part.height, stride.height, this.#part.width, stride.width * channels])
      .transpose([1, 0, 2, 3])
      .reshape([stride.height, batch * this.#part.height * this.#part.width, stride.width * channels])
      .transpose([0, 2, 1])
      .reshape([stride.height * stride.width, channels, -1])
    const total = batch * this.#part.height * this.#part.width
    this.#length = total - reach('height') * this.#part.width - reach('width')
  }

  /** dy [b, h, w, out] → [pixels, out], each where the input pixels that it comes from stand. */
  aligned(dy: tf.Tensor4D): tf.Tensor2D {
    const { output } = this.#geometry
    const after = (side: keyof Plane) => ({ before: 0, after: this.#part[side] - output[side] })
    const rows = padOrCrop(dy, after('height'), after('width')).reshape<tf.Tensor2D>([-1, dy.shape[3]])
    return rows.slice(0, this.#length)
  }

  /** What `compute` makes of the input at each tap, [in, pixels], by rows of the filter. */
  map(compute: (shifted: tf.Tensor2D) => tf.Tensor2D): tf.Tensor2D[] {
    const { filter, stride } = this.#geometry
    const channels = this.#parts.shape[1]
    const results: tf.Tensor2D[] = []
    for (let row = 0; row < filter.height; row++) {
      for (let column = 0; column < filter.width; column++) {
        const part = (row % stride.height) * stride.width + (column % stride.width)
        const offset = Math.floor(row / stride.height) * this.#part.width + Math.floor(column / stride.width)
        results.push(
          tf.tidy(() => {
            const shifted = tf.slice3d(this.#parts, [part, 0, offset], [1, channels, this.#length])
            return compute(shifted.reshape([channels, this.#length]))
          }),
        )
      }
    }
    return results
  }
}
