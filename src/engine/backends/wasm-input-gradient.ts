/**
 * Gradients of convolutions with respect to their inputs, which are also transposed convolutions, as sub-pixel
 * convolutions (Shi et al. 2016, "Is the deconvolution layer the same as a convolutional layer?"): of the result, all
 * rows r, r + stride, r + 2 · stride … are one convolution of dy with every stride-th row of the flipped filter. Its
 * columns that lie between are further channels. No zero is inserted for the stride, and almost none multiplied.
 */
import { tf } from '../tf.ts'
import { type Growth, padOrCrop } from './pad-or-crop.ts'
import type { Geometry, Plane } from './wasm-gradients.ts'

/** dy [b, h, w, out], filter [kh, kw, in, out] → [b, H, W, in]. */
export function inputGradient(dy: tf.Tensor4D, filter: tf.Tensor4D, geometry: Geometry): tf.Tensor4D {
  const { stride } = geometry
  const [, , channelsIn, channelsOut] = filter.shape
  // The kernels are [th, tw, out, stride width · in].
  const steps = { column: channelsIn, a: 1, b: stride.width * channelsIn }
  return interleaveRows(geometry, channelsIn, (row, rows, columns) => {
    const kernel = rearranged(filter, geometry, row, [channelsOut, stride.width * channelsIn], steps)
    return tf.conv2d(cropped(dy, rows, columns), kernel, 1, padding(rows, columns))
  })
}

/** dy [b, h, w, in · multiplier], filter [kh, kw, in, multiplier] → [b, H, W, in]. */
export function depthwiseInputGradient(
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  geometry: Geometry,
): tf.Tensor4D {
  const { stride, batch } = geometry
  const [, , channelsIn, multiplier] = filter.shape
  // The kernels are [th, tw, in · multiplier, stride width].
  const steps = { column: 1, a: multiplier * stride.width, b: stride.width }
  return interleaveRows(geometry, channelsIn, (row, rows, columns) => {
    const kernel = rearranged(filter, geometry, row, [channelsIn * multiplier, stride.width], steps)
    const y = tf.depthwiseConv2d(cropped(dy, rows, columns), kernel, 1, padding(rows, columns))
    const [, height, width] = y.shape
    return y
      .reshape([batch * height * width, channelsIn, multiplier, stride.width])
      .sum(2)
      .transpose([0, 2, 1])
      .reshape([batch, height, width, stride.width * channelsIn])
  })
}

/** dy less what it shrinks by; what it grows by is the convolution's padding. */
function cropped(dy: tf.Tensor4D, rows: Growth, columns: Growth): tf.Tensor4D {
  const shrink = ({ before, after }: Growth) => ({ before: Math.min(0, before), after: Math.min(0, after) })
  return padOrCrop(dy, shrink(rows), shrink(columns))
}

function padding(rows: Growth, columns: Growth): tf.backend_util.ExplicitPadding {
  const grow = ({ before, after }: Growth): [number, number] => [Math.max(0, before), Math.max(0, after)]
  return [[0, 0], grow(rows), grow(columns), [0, 0]]
}

/**
 * Puts together what `convolve(row, …)` computes for each row 0 ≤ row < stride: [b, u, v, stride width · c], from dy
 * grown as told.
 */
function interleaveRows(
  geometry: Geometry,
  channels: number,
  convolve: (row: number, rows: Growth, columns: Growth) => tf.Tensor4D,
): tf.Tensor4D {
  const { batch, input, filter, stride } = geometry
  const [down, across] = [cells(geometry, 'height'), cells(geometry, 'width')]
  const columns = across.growth(tapsOf(filter.width, stride.width, 0))
  const length = across.count * stride.width * channels
  const parts = Array.from({ length: stride.height }, (_, row) => {
    const taps = tapsOf(filter.height, stride.height, row)
    const shape: [number, number, number] = [batch * down.count, 1, length]
    return taps === 0 ? tf.zeros(shape) : convolve(row, down.growth(taps), columns).reshape(shape)
  })
  const rows = down.count * stride.height
  const whole = tf.concat(parts, 1).reshape<tf.Tensor3D>([batch, rows, length])
  const start = [0, down.skip, across.skip * channels] as [number, number, number]
  const size = [batch, input.height, input.width * channels] as [number, number, number]
  const isWhole = rows === input.height && length === size[2]
  const part = isWhole ? whole : tf.slice3d(whole, start, size)
  return part.reshape([batch, input.height, input.width, channels])
}

/** The cells of `stride` px that cover the input along one side, the first of which begins `skip` px before it. */
function cells({ input, output, stride, before }: Geometry, side: keyof Plane) {
  const first = Math.floor(before[side] / stride[side])
  const skip = before[side] - first * stride[side]
  const count = Math.ceil((skip + input[side]) / stride[side])
  const growth = (taps: number): Growth => ({
    before: taps - 1 - first,
    after: count + first - output[side],
  })
  return { count, skip, growth }
}

/** How many taps of the filter fall on row (or column) `offset` of a cell. */
function tapsOf(size: number, stride: number, offset: number): number {
  return Math.max(0, Math.ceil((size - offset) / stride))
}

/**
 * [kh, kw, a, b] → [th, tw, …channels]: the rows row, row + stride … of the filter in reverse order, its columns too,
 * with zeros where a column of the cell has a tap less. `steps` says how far apart numbers of neighbouring columns, as
 * and bs lie among `channels`. In JavaScript on wasm's memory: wasm's own reverse and gather take ten times as long.
 */
function rearranged(
  filter: tf.Tensor4D,
  { stride }: Geometry,
  row: number,
  channels: [number, number],
  steps: Record<'column' | 'a' | 'b', number>,
): tf.Tensor4D {
  const [height, width, sizeA, sizeB] = filter.shape
  const taps = { height: tapsOf(height, stride.height, row), width: tapsOf(width, stride.width, 0) }
  const wasm = tf.backend() as unknown as WasmBackend
  const kernel = wasm.makeOutput([taps.height, taps.width, ...channels], 'float32')
  // Views only now: what allocates may move wasm's memory.
  const placed = wasm.typedArrayFromHeap(kernel)
  const values = wasm.typedArrayFromHeap(filter)
  placed.fill(0)
  for (let tapRow = 0; tapRow < taps.height; tapRow++) {
    const filterRow = row + stride.height * (taps.height - 1 - tapRow)
    for (let filterColumn = 0; filterColumn < width; filterColumn++) {
      const tapColumn = taps.width - 1 - Math.floor(filterColumn / stride.width)
      const tap = (tapRow * taps.width + tapColumn) * channels[0] * channels[1]
      const start = tap + (filterColumn % stride.width) * steps.column
      let from = (filterRow * width + filterColumn) * sizeA * sizeB
      for (let a = 0; a < sizeA; a++) {
        for (let b = 0, to = start + a * steps.a; b < sizeB; b++, to += steps.b) placed[to] = values[from++]
      }
    }
  }
  return tf.engine().makeTensorFromTensorInfo(kernel) as tf.Tensor4D
}

type WasmBackend = {
  makeOutput(shape: number[], dtype: 'float32'): tf.TensorInfo
  typedArrayFromHeap(tensor: tf.TensorInfo): Float32Array
}
