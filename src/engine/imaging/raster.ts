/**
 * A decoded picture at rest. Samples stay integers (a 12 MP RGB picture is 36 MB, as floats it would be 144 MB);
 * they become floats in 0..1 only window by window, on their way to a model and back.
 */

import { LimpidError } from '../../contract/errors.ts'

export type Samples = Uint8Array<ArrayBufferLike> | Uint16Array<ArrayBufferLike>

/** A decoded picture at rest: integer samples, orientation applied, alpha apart and not premultiplied. */
export type Raster = {
  /** px */
  width: number
  /** px */
  height: number
  /** grey or RGB */
  channels: 1 | 3
  /** bits a sample */
  depth: 8 | 16
  /** `[height, width, channels]`; a Uint8Array at depth 8, a Uint16Array at depth 16 */
  samples: Samples
  /** `[height, width]` at the same depth, or null where every pixel is opaque by format */
  alpha: Samples | null
}

/** A rectangle of pixels, in px. It may reach over the picture's edges. */
export type Window = { left: number; top: number; width: number; height: number }

/** Where the wanted values begin inside a larger block of values (a tile with its halo). All in px. */
export type ValuesOrigin = { left: number; top: number; width: number }

/** A black picture without alpha. */
export function createRaster(width: number, height: number, channels: 1 | 3, depth: 8 | 16): Raster {
  const length = width * height * channels
  const samples = depth === 8 ? new Uint8Array(length) : new Uint16Array(length)
  return { width, height, channels, depth, samples, alpha: null }
}

/**
 * A window of the picture as floats `[window.height, window.width, channels]`, 0..1. Where the window reaches over
 * an edge the picture is mirrored there without repeating the edge pixel (NumPy's and TensorFlow's "reflect"),
 * again and again where the picture is smaller than the overhang.
 */
export function readWindow(raster: Raster, window: Window): Float32Array {
  const { samples, width, channels } = raster
  const values = new Float32Array(window.width * window.height * channels)
  const scale = 1 / maxSample(raster.depth)

  // The part of each row that lies inside the picture is one straight run; only the overhang needs an index each.
  const insideFrom = clamp(-window.left, 0, window.width)
  const insideTo = clamp(width - window.left, insideFrom, window.width)
  const mirrored: number[] = []
  for (let x = 0; x < insideFrom; x++) mirrored.push(x, reflect(window.left + x, width))
  for (let x = insideTo; x < window.width; x++) mirrored.push(x, reflect(window.left + x, width))

  for (let y = 0; y < window.height; y++) {
    const row = reflect(window.top + y, raster.height) * width
    const out = y * window.width * channels
    rowToFloat(
      samples.subarray(
        (row + window.left + insideFrom) * channels,
        (row + window.left + insideTo) * channels,
      ),
      values.subarray(out + insideFrom * channels, out + insideTo * channels),
      scale,
    )
    for (let i = 0; i < mirrored.length; i += 2) {
      const to = out + mirrored[i] * channels
      const at = (row + mirrored[i + 1]) * channels
      for (let c = 0; c < channels; c++) values[to + c] = samples[at + c] * scale
    }
  }
  return values
}

/**
 * Writes floats back into a window of the picture: clamped to 0..1, rounded to its depth. `values` is
 * `[height, width, channels]`; with `source`, the wanted rectangle begins at (`source.left`, `source.top`) of a block
 * whose rows are `source.width` px long. What lies outside the picture is left out. Alpha is not touched.
 */
export function writeWindow(
  raster: Raster,
  window: Window,
  values: Float32Array,
  source: ValuesOrigin = { left: 0, top: 0, width: window.width },
): void {
  const { samples, channels } = raster
  const max = maxSample(raster.depth)
  const left = Math.max(0, window.left)
  const top = Math.max(0, window.top)
  const right = Math.min(raster.width, window.left + window.width)
  const bottom = Math.min(raster.height, window.top + window.height)
  const blockRows = source.top + window.height
  if (source.left + window.width > source.width || blockRows * source.width * channels > values.length) {
    throw new RangeError(
      `writeWindow: a window of ${window.width} × ${window.height} px does not fit the ${values.length} values given`,
    )
  }
  for (let y = top; y < bottom; y++) {
    const row = source.top + y - window.top
    const from = (row * source.width + source.left + left - window.left) * channels
    rowFromFloat(
      values.subarray(from, from + (right - left) * channels),
      samples.subarray((y * raster.width + left) * channels, (y * raster.width + right) * channels),
      max,
    )
  }
}

/** The whole picture as floats `[height, width, channels]`, 0..1. */
export function toFloat(raster: Raster): Float32Array {
  return readWindow(raster, { left: 0, top: 0, width: raster.width, height: raster.height })
}

/** Floats `[height, width, channels]` in 0..1 → a picture without alpha, clamped and rounded. */
export function fromFloat(
  values: Float32Array,
  width: number,
  height: number,
  channels: 1 | 3,
  depth: 8 | 16,
): Raster {
  const raster = createRaster(width, height, channels, depth)
  writeWindow(raster, { left: 0, top: 0, width, height }, values)
  return raster
}

/** The sample that means 1.0: 255 or 65535. */
export function maxSample(depth: 8 | 16): number {
  return depth === 8 ? 255 : 65535
}

/** Mirrors an index into 0..size-1: … 2 1 | 0 1 2 … size-1 | size-2 … */
export function reflect(index: number, size: number): number {
  if (index >= 0 && index < size) return index
  if (size === 1) return 0
  const period = 2 * (size - 1)
  const folded = ((index % period) + period) % period
  return folded < size ? folded : period - folded
}

// The inner loops, apart and free of branches, on views that begin at 0: V8 makes plain machine code of them, 2 to 3 ns a
// sample.
function rowToFloat(from: Samples, to: Float32Array, scale: number): void {
  if (from instanceof Uint8Array) eightBitsToFloat(from, to)
  else sixteenBitsToFloat(from, to, scale)
}

/** Sample → 0..1; looking it up takes three quarters of the time of converting and multiplying. */
const OF_EIGHT_BITS = Float32Array.from({ length: 256 }, (_, sample) => sample * (1 / 255))

function eightBitsToFloat(from: Uint8Array, to: Float32Array): void {
  for (let i = 0; i < from.length; i++) to[i] = OF_EIGHT_BITS[from[i]]
}

function sixteenBitsToFloat(from: Uint16Array, to: Float32Array, scale: number): void {
  for (let i = 0; i < from.length; i++) to[i] = from[i] * scale
}

function rowFromFloat(from: Float32Array, to: Samples, max: number): void {
  const sum = to instanceof Uint8Array ? floatToEightBits(from, to) : floatToSixteenBits(from, to, max)
  if (!Number.isFinite(sum)) {
    throw new LimpidError('result-invalid', 'The model computed a pixel that is no number.', {
      hint: 'Try another model or another backend; the original is untouched.',
    })
  }
}

/** Gives the values' sum: no longer finite once a single value is not. */
function floatToEightBits(from: Float32Array, to: Uint8Array): number {
  const clamping = new Uint8ClampedArray(to.buffer, to.byteOffset, to.length) // rounds as well
  let sum = 0
  for (let i = 0; i < from.length; i++) {
    const value = from[i]
    sum += value
    clamping[i] = value * 255
  }
  return sum
}

function floatToSixteenBits(from: Float32Array, to: Uint16Array, max: number): number {
  let sum = 0
  for (let i = 0; i < from.length; i++) {
    const value = from[i]
    sum += value
    to[i] = Math.min(Math.max(value, 0), 1) * max + 0.5
  }
  return sum
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high))
}
