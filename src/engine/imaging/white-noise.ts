/**
 * Whether a picture's noise is white: every sample's own, as a sensor's or a simulation's is before anything smooths it.
 * What a camera saves is not: where a colour filter's gaps were filled in, in a JPEG, behind a noise filter, neighbours
 * and channels share their noise, and there is less of it in the finest band than in the others.
 */

import { BLOCK, type Block, FEWEST_BLOCKS, flatBlocks, measureBlocks, median } from './noise-blocks.ts'
import type { Raster } from './raster.ts'

/** Blocks looked at, spread evenly. */
const MOST_BLOCKS = 2000
/** 8-bit units. Less than this may be texture as well, and needs little. */
const LEAST_SIGMA = 5
/**
 * Variance of the coarser bands over that of the finest. On pictures of BSDS500's training part: white noise of σ 15
 * 0.9–1.9 (texture adds to it), simulated cameras 2.9–60.
 */
const MOST_COARSE = 2.2
/** Variance of the channels' sum over the sum of their variances: 1 where they are independent, 3 where all are equal. */
const MOST_SHARED = 1.5

/** False where that can't be told: on a picture that is small or all texture. */
export function isNoiseWhite(raster: Raster): boolean {
  const blocks = measureBlocks(raster, MOST_BLOCKS).filter(
    ({ clipped, diagonal }) => !clipped && diagonal > 0,
  )
  if (blocks.length < FEWEST_BLOCKS) return false
  const flat = flatBlocks(blocks)
  const finest = median(flat.map(({ diagonal }) => diagonal))
  const coarser = median(flat.map(({ others }) => others))
  return finest >= LEAST_SIGMA ** 2 && coarser < MOST_COARSE * finest && shared(raster, flat) < MOST_SHARED
}

/** How far the channels have their finest coefficients in common; 1 for a grey picture. */
function shared({ samples, width, channels }: Raster, blocks: readonly Block[]): number {
  let [ofSum, sum] = [0, 0]
  for (const { left, top } of blocks) {
    for (let y = top; y < top + BLOCK; y += 2) {
      for (let x = left; x < left + BLOCK; x += 2) {
        let together = 0
        for (let channel = 0; channel < channels; channel++) {
          const at = (y * width + x) * channels + channel
          const below = at + width * channels
          const finest = samples[at] - samples[at + channels] - samples[below] + samples[below + channels]
          together += finest
          sum += finest ** 2
        }
        ofSum += together ** 2
      }
    }
  }
  return ofSum / sum
}
