/** How samples lie in memory: colour and alpha side by side in a file, apart in a raster; 8, 16 and other depths. */

import { inThreeChannels } from './grey-in-rgb.ts'
import { maxSample, type Raster, type Samples } from './raster.ts'

export type SampleType = 'uchar' | 'ushort' | 'float'

/** Raw bytes from libvips as samples of a type. Copies only where the bytes are not aligned. */
export function viewSamples(data: Buffer, type: SampleType): Samples | Float32Array {
  if (type === 'uchar') return new Uint8Array(data.buffer, data.byteOffset, data.length)
  const view = type === 'ushort' ? Uint16Array : Float32Array
  const aligned: Uint8Array = data.byteOffset % view.BYTES_PER_ELEMENT === 0 ? data : new Uint8Array(data)
  return new view(aligned.buffer as ArrayBuffer, aligned.byteOffset, data.length / view.BYTES_PER_ELEMENT)
}

/**
 * `[pixels, bands]` → colour `[pixels, channels]`, the first bands, and alpha `[pixels]`, the last one, if wanted.
 * Nothing is copied where all bands are colour.
 */
export function splitAlpha(
  interleaved: Samples,
  bands: number,
  channels: 1 | 3,
  wantAlpha: boolean,
): { samples: Samples; alpha: Samples | null } {
  if (bands === channels) return { samples: interleaved, alpha: null }
  const pixels = interleaved.length / bands
  const samples = like(interleaved, pixels * channels)
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < channels; c++) samples[i * channels + c] = interleaved[i * bands + c]
  }
  if (!wantAlpha) return { samples, alpha: null }
  const alpha = like(interleaved, pixels)
  for (let i = 0; i < pixels; i++) alpha[i] = interleaved[i * bands + bands - 1]
  return { samples, alpha }
}

/** A raster's colour and alpha as `[height, width, bands]`. Nothing is copied where there is no alpha. */
export function joinAlpha(raster: Raster): { samples: Samples; bands: 1 | 2 | 3 | 4 } {
  const { samples, alpha, channels } = raster
  if (alpha === null) return { samples, bands: channels }
  const bands = channels === 1 ? 2 : 4
  const joined = like(samples, alpha.length * bands)
  for (let i = 0; i < alpha.length; i++) {
    for (let c = 0; c < channels; c++) joined[i * bands + c] = samples[i * channels + c]
    joined[i * bands + channels] = alpha[i]
  }
  return { samples: joined, bands }
}

/** The same picture at 8 bits a sample, rounded to the nearest. */
export function toEightBits(raster: Raster): Raster {
  if (raster.depth === 8) return raster
  const reduce = (from: Samples): Uint8Array => {
    const to = new Uint8Array(from.length)
    for (let i = 0; i < from.length; i++) to[i] = (from[i] * 255 + 32767) / 65535
    return to
  }
  const alpha = raster.alpha === null ? null : reduce(raster.alpha)
  return { ...raster, depth: 8, samples: reduce(raster.samples), alpha }
}

/** The same picture laid over white, without alpha. */
export function overWhite(raster: Raster): Raster {
  const { samples, alpha, channels, depth } = raster
  if (alpha === null) return raster
  const white = maxSample(depth)
  const flat = like(samples, samples.length)
  for (let i = 0; i < alpha.length; i++) {
    const opacity = alpha[i] / white
    for (let c = 0; c < channels; c++) {
      flat[i * channels + c] = white + (samples[i * channels + c] - white) * opacity + 0.5
    }
  }
  return { ...raster, samples: flat, alpha: null }
}

/**
 * A 10- or 12-bit sample arrives in the high bits of 16, so that white is not quite 65535. Repeating the high bits in
 * the low ones makes it so, and a shift back gives the same 10 or 12 bits again. In place.
 */
export function fillLowBits(samples: Samples, bits: number): void {
  if (bits < 8 || bits >= 16) return
  for (let i = 0; i < samples.length; i++) samples[i] |= samples[i] >> bits
}

/** White of the whole-number sample types other than 8 and 16 bit unsigned. */
const WHITE_OF_TYPE: Readonly<Record<string, number>> = {
  char: 127,
  short: 32767,
  int: 2 ** 31 - 1,
  uint: 2 ** 32 - 1,
}

/**
 * Floats and 32-bit or signed integers (read as floats) → 16 bits, with the sample that was taken as white. Whole-number
 * types have their own white; floats say it only by what they hold: 0..1, 0..255 or 0..65535.
 */
export function toSixteenBits(
  values: Float32Array,
  type: string,
): { samples: Uint16Array; white: number; clipped: boolean } {
  let max = 0
  for (let i = 0; i < values.length; i++) if (values[i] > max && values[i] < Infinity) max = values[i]
  const isHdr = max > 1 && max < 64 // scene light in 0..1 with highlights beyond
  const guess = isHdr ? 1 : ([1, 255, 65535].find((level) => max <= level) ?? max)
  const white = WHITE_OF_TYPE[type] ?? guess
  const samples = new Uint16Array(values.length)
  for (let i = 0; i < values.length; i++) {
    samples[i] = Math.min(Math.max(values[i] / white, 0), 1) * 65535 + 0.5 // NaN becomes 0
  }
  return { samples, white, clipped: max > white * 1.001 }
}

function like(samples: Samples, length: number): Samples {
  return samples instanceof Uint8Array ? new Uint8Array(length) : new Uint16Array(length)
}

/** [height, width, 3], 8-bit: what is transparent over white, grey three times. What networks learn from. */
export function asEightBitRgb(raster: Raster): Uint8Array {
  const flat = overWhite(toEightBits(raster))
  return (flat.channels === 3 ? flat : inThreeChannels(flat)).samples as Uint8Array
}
