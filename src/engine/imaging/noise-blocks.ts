/**
 * Blocks of a picture through the orthonormal Haar transform: what noise is measured on. White noise has the same
 * deviation in every band of such a transform, and is independent between them.
 */

import { maxSample, type Raster } from './raster.ts'

/** px; 8 × 8 coefficients of each band */
export const BLOCK = 16
/** The flattest part of the blocks that is measured, but at least so many. */
const FLAT_SHARE = 0.06
export const FEWEST_BLOCKS = 6
/** A block with more samples than this at black or white shows only part of its noise. */
const CLIPPED_SHARE = 0.1

export type Block = {
  /** px */
  left: number
  top: number
  /** Mean sample, 0..1 */
  brightness: number
  clipped: boolean
  /** Mean square of the diagonal coefficients (HH), 8-bit units squared: the noise's variance where it is flat */
  diagonal: number
  /** Mean square of all the others (LL about its mean, LH, HL) */
  others: number
}

/** At most so many, spread evenly. */
export function measureBlocks(raster: Raster, most: number): Block[] {
  const across = Math.floor(raster.width / BLOCK)
  const down = Math.floor(raster.height / BLOCK)
  const count = across * down
  const step = Math.max(1, count / most)
  const blocks: Block[] = []
  for (let i = 0; i < count; i += step) {
    const index = Math.floor(i)
    blocks.push(measureBlock(raster, (index % across) * BLOCK, Math.floor(index / across) * BLOCK))
  }
  return blocks
}

/** One block through the orthonormal Haar transform, its channels together. */
function measureBlock(raster: Raster, left: number, top: number): Block {
  const { samples, width, channels, depth } = raster
  const white = maxSample(depth)
  const coefficients = (BLOCK / 2) ** 2
  let diagonal = 0
  let details = 0
  let means = 0
  let total = 0
  let clipped = 0
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0
    let squares = 0
    for (let y = 0; y < BLOCK; y += 2) {
      for (let x = 0; x < BLOCK; x += 2) {
        const at = ((top + y) * width + left + x) * channels + channel
        const a = samples[at]
        const b = samples[at + channels]
        const c = samples[at + width * channels]
        const d = samples[at + (width + 1) * channels]
        const mean = (a + b + c + d) / 2
        sum += mean
        squares += mean * mean
        diagonal += ((a - b - c + d) / 2) ** 2
        details += ((a + b - c - d) / 2) ** 2 + ((a - b + c - d) / 2) ** 2
        if (a === 0 || a === white) clipped++
        if (b === 0 || b === white) clipped++
        if (c === 0 || c === white) clipped++
        if (d === 0 || d === white) clipped++
      }
    }
    means += squares - (sum * sum) / coefficients
    total += sum
  }
  const toEightBitVariance = (255 / white) ** 2 / (coefficients * channels)
  return {
    left,
    top,
    brightness: total / 2 / (coefficients * channels * white),
    clipped: clipped > CLIPPED_SHARE * BLOCK * BLOCK * channels,
    diagonal: diagonal * toEightBitVariance,
    others: ((means + details) / 3) * toEightBitVariance,
  }
}

/** Those whose coefficients, the finest diagonal ones apart, are smallest. */
export function flatBlocks(blocks: Block[]): Block[] {
  const count = Math.max(FEWEST_BLOCKS, Math.ceil(blocks.length * FLAT_SHARE))
  return blocks.toSorted((a, b) => a.others - b.others).slice(0, count)
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
