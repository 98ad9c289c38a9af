/**
 * Bicubic resampling exactly as MATLAB's imresize does it, which is what the field's numbers rest on: Keys' cubic
 * (1981, a = -0.5), stretched where a picture becomes smaller so that nothing aliases, edges mirrored with the edge
 * pixel repeated. Values come out as computed: not rounded, not clipped.
 */
import { type Raster, readWindow, reflect, type Window } from './raster.ts'

/** `values` is [height, width, channels]; gives [newHeight, newWidth, channels]. */
export function resizeBicubic(
  values: Float32Array,
  width: number,
  height: number,
  channels: number,
  newWidth: number,
  newHeight: number,
): Float32Array {
  const columns = taps(width, newWidth, range(newWidth))
  const rows = taps(height, newHeight, range(newHeight))
  return resample(values, width, channels, columns, rows)
}

/**
 * A window of the picture enlarged `scale` times, as floats [window.height, window.width, channels], without making the
 * rest of it. Over the edges the enlarged picture is mirrored as by `readWindow`.
 */
export function readEnlarged(raster: Raster, scale: number, window: Window): Float32Array {
  const positions = (start: number, length: number, size: number) =>
    Int32Array.from({ length }, (_, i) => reflect(start + i, size * scale))
  const columns = taps(raster.width, raster.width * scale, positions(window.left, window.width, raster.width))
  const rows = taps(raster.height, raster.height * scale, positions(window.top, window.height, raster.height))
  const across = moveToZero(columns)
  const down = moveToZero(rows)
  const region = { left: across.from, top: down.from, width: across.length, height: down.length }
  return resample(readWindow(raster, region), region.width, raster.channels, columns, rows)
}

/** Along one axis, for each position that is wanted `count` pixels and their weights. */
type Taps = { count: number; indices: Int32Array; weights: Float32Array }

function taps(size: number, newSize: number, positions: Int32Array): Taps {
  const scale = newSize / size
  const stretch = Math.max(1, 1 / scale)
  const count = Math.ceil(4 * stretch) + 2
  const indices = new Int32Array(count * positions.length)
  const weights = new Float32Array(count * positions.length)
  for (const [i, position] of positions.entries()) {
    const centre = (position + 0.5) / scale - 0.5
    const first = Math.floor(centre - 2 * stretch)
    let sum = 0
    for (let tap = 0; tap < count; tap++) sum += cubic((centre - first - tap) / stretch)
    for (let tap = 0; tap < count; tap++) {
      indices[i * count + tap] = mirror(first + tap, size)
      weights[i * count + tap] = cubic((centre - first - tap) / stretch) / sum
    }
  }
  return { count, indices, weights }
}

/** Keys' kernel with a = -0.5. */
function cubic(x: number): number {
  const d = Math.abs(x)
  if (d <= 1) return (1.5 * d - 2.5) * d * d + 1
  if (d <= 2) return ((-0.5 * d + 2.5) * d - 4) * d + 2
  return 0
}

/** … 1 0 | 0 1 2 … size-1 | size-1 … */
export function mirror(index: number, size: number): number {
  const folded = ((index % (2 * size)) + 2 * size) % (2 * size)
  return folded < size ? folded : 2 * size - 1 - folded
}

/** The taps, counted from the first pixel that they need. */
function moveToZero({ indices }: Taps): { from: number; length: number } {
  const from = indices.reduce((least, index) => Math.min(least, index))
  const to = indices.reduce((most, index) => Math.max(most, index))
  for (let i = 0; i < indices.length; i++) indices[i] -= from
  return { from, length: to - from + 1 }
}

function resample(
  values: Float32Array,
  width: number,
  channels: number,
  columns: Taps,
  rows: Taps,
): Float32Array {
  const newWidth = columns.indices.length / columns.count
  const newHeight = rows.indices.length / rows.count
  const stride = newWidth * channels
  const out = new Float32Array(newHeight * stride)
  // Each source row is resampled across once, when it is first wanted, and forgotten when it is no more: rows are
  // wanted in order, mirrored ones a little back.
  const across = new Map<number, Float32Array>()
  for (let y = 0; y < newHeight; y++) {
    const wanted = rows.indices.subarray(y * rows.count, (y + 1) * rows.count)
    for (const row of across.keys()) if (!wanted.includes(row)) across.delete(row)
    for (let tap = 0; tap < rows.count; tap++) {
      const weight = rows.weights[y * rows.count + tap]
      if (weight === 0) continue
      let row = across.get(wanted[tap])
      if (!row) {
        row = resampleRow(values.subarray(wanted[tap] * width * channels), channels, columns)
        across.set(wanted[tap], row)
      }
      addRow(out, y * stride, row, weight)
    }
  }
  return out
}

function resampleRow(row: Float32Array, channels: number, { count, indices, weights }: Taps): Float32Array {
  const length = indices.length / count
  const out = new Float32Array(length * channels)
  for (let x = 0; x < length; x++) {
    for (let c = 0; c < channels; c++) {
      let sum = 0
      for (let tap = x * count; tap < (x + 1) * count; tap++)
        sum += weights[tap] * row[indices[tap] * channels + c]
      out[x * channels + c] = sum
    }
  }
  return out
}

function addRow(out: Float32Array, at: number, row: Float32Array, weight: number): void {
  for (let i = 0; i < row.length; i++) out[at + i] += weight * row[i]
}

const range = (length: number) => Int32Array.from({ length }, (_, i) => i)
