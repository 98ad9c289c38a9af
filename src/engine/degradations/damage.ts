import type { Random } from '../random.ts'
import type { Patch } from './degradation.ts'
import { coveredShare, HOLE } from './strokes.ts'

/**
 * Covers about `share` of the patch by what `draw` draws, one thing after the other, in white or black of uneven
 * strength. The result's mask holds what was lost before and what is lost now.
 */
export function damage(
  patch: Patch,
  share: number,
  random: Random,
  draw: (coverage: Float32Array) => void,
): Patch {
  const { width, height, channels } = patch
  const values = patch.values.slice()
  const mask = patch.mask?.slice() ?? new Float32Array(width * height)
  let covered = coveredShare(mask)
  const wanted = Math.min(0.95, covered + share)
  // What is drawn may lie outside, or over what is covered: the number of tries is bounded.
  for (let tries = 0; covered < wanted && tries < 400; tries++) {
    const coverage = new Float32Array(width * height)
    draw(coverage)
    const colour = random.uniform() < 0.75 ? random.between(0.75, 1) : random.between(0, 0.25)
    const opacity = random.between(0.5, 1)
    for (let i = 0; i < coverage.length; i++) {
      if (coverage[i] < HOLE) continue
      mask[i] = 1
      const mixed = coverage[i] * opacity
      for (let at = i * channels; at < (i + 1) * channels; at++) values[at] += mixed * (colour - values[at])
    }
    covered = coveredShare(mask)
  }
  return { ...patch, values, mask }
}
