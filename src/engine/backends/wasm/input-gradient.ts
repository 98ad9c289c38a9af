/**
 * Gradients of convolutions with respect to their inputs, which are also transposed convolutions, as sub-pixel
 * convolutions (Shi et al. 2016, "Is the deconvolution layer the same as a convolutional layer?"): of the result, all
 * rows r, r + stride, r + 2 · stride … are one convolution of dy with every stride-th row of the flipped filter. Its
 * columns that lie between are further channels, or convolutions of their own where channels are many. No zero is inserted
 * for the stride, and almost none multiplied.
 */
import { tf } from '../../tf.ts'
import { type Growth, padOrCrop } from '../pad-or-crop.ts'
import type { Geometry, Plane } from './geometry.ts'
import { keptKernel } from './kept-kernels.ts'

/** dy [b, h, w, out], filter [kh, kw, in, out] → [b, H, W, in]. */
export function inputGradient(dy: tf.Tensor4D, filter: tf.Tensor4D, geometry: Geometry): tf.Tensor4D {
  const [, , channelsIn, channelsOut] = filter.shape
  const parts = columnsAreApart(geometry, channelsIn) ? columnsApart : columnsTogether
  return interleave(geometry, channelsIn, parts(geometry, channelsIn), (place, rows, columns) => {
    // The kernels are [th, tw, out, columns · in].
    const channels = place.columns.length * channelsIn
    const steps = { column: channelsIn, a: 1, b: channels }
    const kernel = rearranged(filter, geometry, place, [channelsOut, channels], steps)
    return tf.conv2d(cropped(dy, rows, columns), kernel, 1, padding(rows, columns))
  })
}

/**
 * Whether each column of a cell is better computed by itself. Together, cells that the picture's edge cuts are computed
 * whole, and by themselves, pixels are put in their places one by one, which is cheap where they have many channels.
 */
function columnsAreApart(geometry: Geometry, channels: number): boolean {
  const { input, filter, stride } = geometry
  const isCut = columnCells(geometry).count * stride.width > input.width
  return isCut && channels >= MANY_CHANNELS && filter.width >= stride.width
}
const MANY_CHANNELS = 128

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
  return interleave(geometry, channelsIn, columnsTogether(geometry, channelsIn), (place, rows, columns) => {
    const kernel = rearranged(filter, geometry, place, [channelsIn * multiplier, stride.width], steps)
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

/** Of a cell: a row, and the columns that are computed at once. */
type Place = { row: number; columns: readonly number[] }

/** Columns of a cell that are computed at once, for all cells. */
type Columns = {
  columns: readonly number[]
  /** Of dy's columns. */
  growth: Growth
  /** Copies row `index` of what was computed to row `line` of the whole. */
  copy(values: Float32Array, index: number, whole: Float32Array, line: number): void
}

/**
 * Puts together what `convolve(place, …)` computes for each row 0 ≤ row < stride: [b, u, v, columns · c], from dy grown
 * as told. What it computes is copied once, to where it belongs: tfjs's own concatenation and the crop behind it move
 * everything twice, which takes as long as half a convolution where channels are few.
 */
function interleave(
  geometry: Geometry,
  channels: number,
  parts: readonly Columns[],
  convolve: (place: Place, rows: Growth, columns: Growth) => tf.Tensor4D,
): tf.Tensor4D {
  const { batch, input, filter, stride } = geometry
  const whole = uninitialized([batch, input.height, input.width, channels])
  // Between the taps of a small filter lie rows that nothing reaches.
  if (filter.height < stride.height) numbersOf(whole).fill(0)
  for (let row = 0; row < Math.min(stride.height, filter.height); row++) {
    const rows = phaseOf(geometry, 'height', row)
    if (rows.count === 0) continue
    for (const { columns, growth, copy } of parts) {
      const part = tf.tidy(() => convolve({ row, columns }, rows.growth, growth))
      // Only now: what allocates may move wasm's memory.
      const [placed, values] = [numbersOf(whole), numbersOf(part)]
      for (let index = 0; index < batch * rows.count; index++) {
        const [picture, u] = [Math.floor(index / rows.count), index % rows.count]
        copy(values, index, placed, picture * input.height + rows.first + u * stride.height)
      }
      part.dispose()
    }
  }
  return whole
}

/** All columns of a cell as channels of one convolution. */
function columnsTogether(geometry: Geometry, channels: number): Columns[] {
  const { input, stride } = geometry
  const { count, skip, growth } = columnCells(geometry)
  const [length, stepOfPart] = [input.width * channels, count * stride.width * channels]
  return [
    {
      columns: columnsOf(stride),
      growth,
      copy: (values, index, whole, line) => {
        const from = index * stepOfPart + skip * channels
        whole.set(values.subarray(from, from + length), line * length)
      },
    },
  ]
}

/** Each column of a cell by itself. */
function columnsApart(geometry: Geometry, channels: number): Columns[] {
  const { input, stride } = geometry
  return columnsOf(stride).flatMap((column) => {
    const { first, count, growth } = phaseOf(geometry, 'width', column)
    if (count === 0) return []
    return {
      columns: [column],
      growth,
      copy: (values: Float32Array, index: number, whole: Float32Array, line: number) => {
        let from = index * count * channels
        for (let v = 0; v < count; v++, from += channels) {
          const to = line * input.width + first + v * stride.width
          whole.set(values.subarray(from, from + channels), to * channels)
        }
      },
    }
  })
}

const columnsOf = (stride: Plane) => Array.from({ length: stride.width }, (_, column) => column)

/** Of the input's rows, or columns, those that fall on `offset` of a cell; the padding begins the first cell. */
function phaseOf({ input, output, filter, stride, before }: Geometry, axis: keyof Plane, offset: number) {
  const cell = Math.max(0, Math.ceil((before[axis] - offset) / stride[axis]))
  const first = cell * stride[axis] + offset - before[axis]
  const count = Math.max(0, Math.ceil((input[axis] - first) / stride[axis]))
  const taps = tapsOf(filter[axis], stride[axis], offset)
  const growth: Growth = { before: taps - 1 - cell, after: cell + count - output[axis] }
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
  place: Place,
  channels: [number, number],
  steps: Steps,
): tf.Tensor4D {
  const key = JSON.stringify([filter.shape, stride, place, channels, steps])
  return keptKernel(filter, key, () => rearrange(filter, stride, place, channels, steps))
}

/** In JavaScript on wasm's memory: wasm's own reverse and gather take ten times as long. */
function rearrange(
  filter: tf.Tensor4D,
  stride: Plane,
  { row, columns }: Place,
  channels: [number, number],
  steps: Steps,
): tf.Tensor4D {
  const [height, width, sizeA, sizeB] = filter.shape
  const taps = {
    height: tapsOf(height, stride.height, row),
    width: tapsOf(width, stride.width, columns[0]),
  }
  const kernel = uninitialized([taps.height, taps.width, ...channels])
  // Only now: what allocates may move wasm's memory.
  const placed = numbersOf(kernel)
  const values = numbersOf(filter)
  if (taps.width * columns.length > width) placed.fill(0)
  for (let tapRow = 0; tapRow < taps.height; tapRow++) {
    const filterRow = row + stride.height * (taps.height - 1 - tapRow)
    for (const column of columns) {
      for (let filterColumn = column; filterColumn < width; filterColumn += stride.width) {
        const tapColumn = taps.width - 1 - Math.floor(filterColumn / stride.width)
        const tap = (tapRow * taps.width + tapColumn) * channels[0] * channels[1]
        const from = (filterRow * width + filterColumn) * sizeA * sizeB
        const to = tap + (column - columns[0]) * steps.column
        spread(values.subarray(from, from + sizeA * sizeB), placed.subarray(to), sizeB, steps)
      }
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
