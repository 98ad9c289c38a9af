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
import { type Block, FEWEST_BLOCKS, flatBlocks, measureBlocks, median } from './noise-blocks.ts'
import type { Raster } from './raster.ts'

/** Blocks looked at, spread evenly: 12 MP tell no more than this one. */
const MOST_BLOCKS = 3000
/** Brightness classes that are measured apart, as noise mostly depends on brightness. */
const CLASSES = 6
/** Above this ratio of the other bands to the diagonal one, a block is texture and not noise; noise alone has 1. */
const TEXTURE_RATIO = 1.7

type Level = { variance: number; blocks: number; isFlat: boolean }

/**
 * The standard deviation of Gaussian-like noise in 8-bit units: overall, in the shadows (darkest third) and in the
 * highlights (brightest third). A part that is not there or is all texture gets the overall value. null for a picture
 * too small to tell.
 */
export function estimateNoise(raster: Raster): Noise | null {
  const blocks = measureBlocks(raster, MOST_BLOCKS)
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
