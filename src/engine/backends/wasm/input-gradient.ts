/**
 * Gradients of convolutions with respect to their inputs, which are also transposed convolutions, as sub-pixel
 * convolutions (Shi et al. 2016, "Is the deconvolution layer the same as a convolutional layer?"): of the result, all
 * rows r, r + stride, r + 2 · stride … are one convolution of dy with every stride-th row of the flipped filter. Its
 * columns that lie between are further channels. No zero is inserted for the stride, and almost none multiplied.
 */
import { tf } from '../../tf.ts'
import { type Growth, padOrCrop } from '../pad-or-crop.ts'
import type { Geometry, Plane } from './geometry.ts'
import { keptKernel } from './kept-kernels.ts'

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
 * grown as told. What it computes is copied once, to where it belongs: tfjs's own concatenation and the crop behind it
 * move everything twice, which takes as long as half a convolution where channels are few.
 */
function interleaveRows(
  geometry: Geometry,
  channels: number,
  convolve: (row: number, rows: Growth, columns: Growth) => tf.Tensor4D,
): tf.Tensor4D {
  const { batch, input, filter, stride } = geometry
  const columns = columnCells(geometry)
  const [length, stepOfPart] = [input.width * channels, columns.count * stride.width * channels]
  const whole = uninitialized([batch, input.height, input.width, channels])
  // Between the taps of a small filter lie rows that nothing reaches.
  if (filter.height < stride.height) numbersOf(whole).fill(0)
  for (let row = 0; row < Math.min(stride.height, filter.height); row++) {
    const rows = rowsOf(geometry, row)
    if (rows.count === 0) continue
    const part = tf.tidy(() => convolve(row, rows.growth, columns.growth))
    // Only now: what allocates may move wasm's memory.
    const [placed, values] = [numbersOf(whole), numbersOf(part)]
    for (let index = 0; index < batch * rows.count; index++) {
      const [picture, u] = [Math.floor(index / rows.count), index % rows.count]
      const from = index * stepOfPart + columns.skip * channels
      const to = picture * input.height + rows.first + u * stride.height
      placed.set(values.subarray(from, from + length), to * length)
    }
    part.dispose()
  }
  return whole
}

/** Of the input's rows those that fall on `row` of a cell of `stride` rows, the first of which the padding begins. */
function rowsOf({ input, output, filter, stride, before }: Geometry, row: number) {
  const cell = Math.max(0, Math.ceil((before.height - row) / stride.height))
  const first = cell * stride.height + row - before.height
  const count = Math.max(0, Math.ceil((input.height - first) / stride.height))
  const taps = tapsOf(filter.height, stride.height, row)
  const growth: Growth = { before: taps - 1 - cell, after: cell + count - output.height }
  return { first, count, growth }
}

/** The cells of `stride` columns that cover the input, the first of which begins `skip` px before it. */
function columnCells({ input, output, filter, stride, before }: Geometry) {
  const first = Math.floor(before.width / stride.width)
  const skip = before.width - first * stride.width
  const count = Math.ceil((skip + input.width) / stride.width)
  const taps = tapsOf(filter.width, stride.width, 0)
  const growth: Growth = { before: taps - 1 - first, after: count + first - output.width }
  return { count, skip, growth }
}

/** How many taps of the filter fall on row (or column) `offset` of a cell. */
function tapsOf(size: number, stride: number, offset: number): number {
  return Math.max(0, Math.ceil((size - offset) / stride))
}

type Steps = Record<'column' | 'a' | 'b', number>

/**
 * [kh, kw, a, b] → [th, tw, …channels]: the rows row, row + stride … of the filter in reverse order, its columns too,
 * with zeros where a column of the cell has a tap less. `steps` says how far apart numbers of neighbouring columns, as
 * and bs lie among `channels`.
 */
function rearranged(
  filter: tf.Tensor4D,
  { stride }: Geometry,
  row: number,
  channels: [number, number],
  steps: Steps,
): tf.Tensor4D {
  const key = JSON.stringify([filter.shape, stride, row, channels, steps])
  return keptKernel(filter, key, () => rearrange(filter, stride, row, channels, steps))
}

/** In JavaScript on wasm's memory: wasm's own reverse and gather take ten times as long. */
function rearrange(
  filter: tf.Tensor4D,
  stride: Plane,
  row: number,
  channels: [number, number],
  steps: Steps,
): tf.Tensor4D {
  const [height, width, sizeA, sizeB] = filter.shape
  const taps = { height: tapsOf(height, stride.height, row), width: tapsOf(width, stride.width, 0) }
  const kernel = uninitialized([taps.height, taps.width, ...channels])
  // Only now: what allocates may move wasm's memory.
  const placed = numbersOf(kernel)
  const values = numbersOf(filter)
  if (taps.width * stride.width > width) placed.fill(0)
  for (let tapRow = 0; tapRow < taps.height; tapRow++) {
    const filterRow = row + stride.height * (taps.height - 1 - tapRow)
    for (let filterColumn = 0; filterColumn < width; filterColumn++) {
      const tapColumn = taps.width - 1 - Math.floor(filterColumn / stride.width)
      const tap = (tapRow * taps.width + tapColumn) * channels[0] * channels[1]
      const from = (filterRow * width + filterColumn) * sizeA * sizeB
      const to = tap + (filterColumn % stride.width) * steps.column
      spread(values.subarray(from, from + sizeA * sizeB), placed.subarray(to), sizeB, steps)
    }
  }
  return kernel
}

/** In blocks that the processor's cache holds: number by number it would wait for memory at each. */
function spread(values: Float32Array, placed: Float32Array, sizeB: number, steps: Steps): void {
  const sizeA = values.length / sizeB
  for (let block = 0; block < sizeB; block += CACHE_BLOCK) {
    const end = Math.min(sizeB, block + CACHE_BLOCK)
    for (let a = 0; a < sizeA; a++) {
      for (let b = block; b < end; b++) placed[a * steps.a + b * steps.b] = values[a * sizeB + b]
    }
  }
}
const CACHE_BLOCK = 16

function uninitialized(shape: number[]): tf.Tensor4D {
  const info = (tf.backend() as unknown as WasmBackend).makeOutput(shape, 'float32')
  return tf.engine().makeTensorFromTensorInfo(info) as tf.Tensor4D
}

/** A view of wasm's memory. */
function numbersOf(tensor: tf.Tensor): Float32Array {
  return (tf.backend() as unknown as WasmBackend).typedArrayFromHeap(tensor)
}

type WasmBackend = {
  makeOutput(shape: number[], dtype: 'float32'): tf.TensorInfo
  typedArrayFromHeap(tensor: tf.TensorInfo): Float32Array
}
