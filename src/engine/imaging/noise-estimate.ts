/**
 * How noisy a picture is, from the picture alone. The deviation of the noise shows in the finest diagonal wavelet
 * coefficients (Donoho and Johnstone, "Ideal spatial adaptation by wavelet shrinkage", 1994), where a photo itself has
 * least. It is read only where the picture is flat, block by block (Olsen, "Estimation of noise in images", 1993): flat
 * blocks are those whose *other* coefficients are smallest. White noise in an orthonormal transform is independent
 * between its bands, so that choosing by the others does not bias the one that is measured.
 *
 * Noise that a camera or JPEG has smoothed is low in the finest band, and reads lower than it looks. A picture that is
 * nothing but texture near the pixel grid's limit reads as noisy.
 */

import type { Noise } from '../../contract/picture.ts'
import { maxSample, type Raster } from './raster.ts'

/** px; 8 × 8 coefficients of each band */
const BLOCK = 16
/** Blocks looked at, spread evenly: 8 MP of a 12 MP picture would tell no more than this one. */
const MOST_BLOCKS = 6000
/** Brightness classes that are measured apart, as noise mostly depends on brightness. */
const CLASSES = 6
/** The flattest part of each class that is measured, but at least so many blocks. */
const FLAT_SHARE = 0.06
const FEWEST_BLOCKS = 6
/** Above this ratio of the other bands to the diagonal one, a block is texture and not noise; noise alone has 1. */
const TEXTURE_RATIO = 1.7
/** A block with more samples than this at black or white shows only part of its noise. */
const CLIPPED_SHARE = 0.1

type Block = {
  /** Mean sample, 0..1 */
  brightness: number
  clipped: boolean
  /** Mean square of the diagonal coefficients (HH), 8-bit units squared: the noise's variance where it is flat */
  diagonal: number
  /** Mean square of all the others (LL about its mean, LH, HL) */
  others: number
}

type Level = { variance: number; blocks: number; isFlat: boolean }

/**
 * The standard deviation of Gaussian-like noise in 8-bit units: overall, in the shadows (darkest third) and in the
 * highlights (brightest third). A part that is not there or is all texture gets the overall value. null for a picture
 * too small to tell.
 */
export function estimateNoise(raster: Raster): Noise | null {
  const blocks = measureBlocks(raster)
  if (blocks.length < FEWEST_BLOCKS) return null
  const overall = combined(levels(blocks, 0, 1, CLASSES)) ?? flattest(blocks)
  const part = (from: number, to: number): number =>
    combined(levels(blocks, from, to, CLASSES / 3)) ?? overall
  return {
    sigma: Math.sqrt(overall),
    shadows: Math.sqrt(part(0, 1 / 3)),
    highlights: Math.sqrt(part(2 / 3, 1)),
  }
}

/** The noise's variance in each brightness class between `from` and `to` that has enough blocks. */
function levels(blocks: Block[], from: number, to: number, classes: number): Level[] {
  const result: Level[] = []
  for (let i = 0; i < classes; i++) {
    const low = from + ((to - from) * i) / classes
    const high = from + ((to - from) * (i + 1)) / classes
    const all = blocks.filter((block) => block.brightness >= low && (block.brightness < high || high === 1))
    const usable = all.filter((block) => !block.clipped)
    if (usable.length < FEWEST_BLOCKS) continue
    const chosen = flatBlocks(usable)
    const variance = median(chosen.map((block) => block.diagonal))
    const others = median(chosen.map((block) => block.others))
    result.push({ variance, blocks: usable.length, isFlat: others < TEXTURE_RATIO * variance + 1 })
  }
  return result
}

/** The mean variance over the classes that are noise, each by its share of the picture. */
function combined(classes: Level[]): number | null {
  const flat = classes.filter((level) => level.isFlat)
  if (flat.length === 0) return null
  const total = flat.reduce((sum, level) => sum + level.blocks, 0)
  return flat.reduce((sum, level) => sum + level.variance * level.blocks, 0) / total
}

/** Where nothing is flat, the flattest blocks of all are the best guess, from above. */
function flattest(blocks: Block[]): number {
  return median(flatBlocks(blocks).map((block) => block.diagonal))
}

function flatBlocks(blocks: Block[]): Block[] {
  const count = Math.max(FEWEST_BLOCKS, Math.ceil(blocks.length * FLAT_SHARE))
  return blocks.toSorted((a, b) => a.others - b.others).slice(0, count)
}

function measureBlocks(raster: Raster): Block[] {
  const across = Math.floor(raster.width / BLOCK)
  const down = Math.floor(raster.height / BLOCK)
  const count = across * down
  const step = Math.max(1, count / MOST_BLOCKS)
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
    brightness: total / 2 / (coefficients * channels * white),
    clipped: clipped > CLIPPED_SHARE * BLOCK * BLOCK * channels,
    diagonal: diagonal * toEightBitVariance,
    others: ((means + details) / 3) * toEightBitVariance,
  }
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
