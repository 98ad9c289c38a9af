/**
 * Gradients of convolutions with respect to their inputs, which are also transposed convolutions, as sub-pixel
 * convolutions (Shi et al. 2016, "Is the deconvolution layer the same as a convolutional layer?"): one convolution of
 * dy with the flipped filter computes the stride² interleaved parts of the result as so many channels, and a pixel
 * shuffle puts them in place. No zero is inserted, none is multiplied.
 */
import { tf } from '../tf.ts'
import { padOrCrop } from './pad-or-crop.ts'
import type { Geometry, Plane } from './wasm-gradients.ts'

/** dy [b, h, w, out], filter [kh, kw, in, out] → [b, H, W, in]. */
export function inputGradient(dy: tf.Tensor4D, filter: tf.Tensor4D, geometry: Geometry): tf.Tensor4D {
  const { stride } = geometry
  const [, , channelsIn, channelsOut] = filter.shape
  const taps = { height: tapsOf(geometry, 'height'), width: tapsOf(geometry, 'width') }
  const split = splitTaps(filter, taps, stride) // [th, sh, tw, sw, in, out]
  const kernel = split
    .transpose([0, 2, 5, 1, 3, 4])
    .reshape<tf.Tensor4D>([taps.height, taps.width, channelsOut, stride.height * stride.width * channelsIn])
  return assemble(geometry, channelsIn, (rows, columns) =>
    tf.conv2d(padOrCrop(dy, rows, columns), kernel, 1, 'valid'),
  )
}

/** dy [b, h, w, in · multiplier], filter [kh, kw, in, multiplier] → [b, H, W, in]. */
export function depthwiseInputGradient(
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  geometry: Geometry,
): tf.Tensor4D {
  const { stride, batch } = geometry
  const [, , channelsIn, multiplier] = filter.shape
  const taps = { height: tapsOf(geometry, 'height'), width: tapsOf(geometry, 'width') }
  const split = splitTaps(filter, taps, stride) // [th, sh, tw, sw, in, multiplier]
  const parts = stride.height * stride.width
  const kernel = split
    .transpose([0, 2, 4, 5, 1, 3])
    .reshape<tf.Tensor4D>([taps.height, taps.width, channelsIn * multiplier, parts])
  return assemble(geometry, channelsIn, (rows, columns) => {
    const y = tf.depthwiseConv2d(padOrCrop(dy, rows, columns), kernel, 1, 'valid') // […, in · multiplier · parts]
    const [, height, width] = y.shape
    return y
      .reshape([batch * height * width, channelsIn, multiplier, parts])
      .sum(2)
      .transpose([0, 2, 1])
      .reshape([batch, height, width, parts * channelsIn])
  })
}

/** How many taps of the filter fall on each of the interleaved parts. */
function tapsOf({ filter, stride }: Geometry, side: keyof Plane): number {
  return Math.ceil(filter[side] / stride[side])
}

/** [kh, kw, a, b] → [th, sh, tw, sw, a, b]: by part, zeros where a part has a tap less, flipped. */
function splitTaps(filter: tf.Tensor4D, taps: Plane, stride: Plane): tf.Tensor {
  const [height, width, a, b] = filter.shape
  const after = (side: keyof Plane, size: number) => ({ before: 0, after: taps[side] * stride[side] - size })
  return padOrCropFilter(filter, after('height', height).after, after('width', width).after)
    .reshape([taps.height, stride.height, taps.width, stride.width, a, b])
    .reverse([0, 2])
}

function padOrCropFilter(filter: tf.Tensor4D, rows: number, columns: number): tf.Tensor4D {
  if (rows === 0 && columns === 0) return filter
  return tf.pad4d(filter, [
    [0, rows],
    [0, columns],
    [0, 0],
    [0, 0],
  ])
}

/** Runs `convolve` on dy grown as it must be for the whole result, and puts the parts in place. */
function assemble(
  geometry: Geometry,
  channels: number,
  convolve: (rows: Growth, columns: Growth) => tf.Tensor4D,
): tf.Tensor4D {
  const { batch, input, stride } = geometry
  const rows = span(geometry, 'height')
  const columns = span(geometry, 'width')
  const parts = convolve(rows.growth, columns.growth) // [b, u, v, sh · sw · in]
  const shuffled = shuffle(parts, stride, channels)
  if (shuffled.shape[1] === input.height && shuffled.shape[2] === input.width) return shuffled
  return tf.slice4d(shuffled, [0, rows.skip, columns.skip, 0], [batch, input.height, input.width, channels])
}
type Growth = { before: number; after: number }

/** Which cells of `stride` px the result covers along one side: how dy must grow for them, and what to skip of the first. */
function span(geometry: Geometry, side: keyof Plane): { growth: Growth; skip: number } {
  const { input, output, stride, before } = geometry
  const taps = tapsOf(geometry, side)
  const first = Math.floor(before[side] / stride[side])
  const skip = before[side] - first * stride[side]
  const cells = Math.ceil((skip + input[side]) / stride[side])
  const growth = taps - 1 - first
  return { growth: { before: growth, after: cells + taps - 1 - growth - output[side] }, skip }
}

/** [b, u, v, sh · sw · c] → [b, u · sh, v · sw, c] */
function shuffle(x: tf.Tensor4D, stride: Plane, channels: number): tf.Tensor4D {
  if (stride.height === 1 && stride.width === 1) return x
  const [batch, height, width] = x.shape
  return x
    .reshape([batch * height, width, stride.height, stride.width * channels])
    .transpose([0, 2, 1, 3])
    .reshape([batch, height * stride.height, width * stride.width, channels])
}
