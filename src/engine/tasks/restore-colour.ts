/**
 * Faded colours restored without a model: each channel's levels are stretched from where its samples lie to the full
 * range, so that a cast goes and contrast comes back. Levels are read robustly, at percentiles, and no channel is
 * stretched without limit: what is meant to be dark or pale stays so.
 */
import { createRaster, maxSample, type Raster } from '../imaging/raster.ts'
import type { Task } from './task.ts'

/** Share of the samples that may be lost at each end. */
const TAIL = 0.005
/** The narrowest range that is stretched to the full one, 0..1: levels rise at most 2.5 times. */
const NARROWEST = 0.4

export const restoreColour: Task<'restore-colour'> = {
  label: 'Restoring colours',
  async run(raster, { strength }) {
    const { width, height, channels, depth, alpha, samples } = raster
    const white = maxSample(depth)
    const restored: Raster = { ...createRaster(width, height, channels, depth), alpha }
    for (let channel = 0; channel < channels; channel++) {
      const { low, high } = levels(raster, channel)
      const map = new Float64Array(white + 1)
      for (let value = 0; value <= white; value++) {
        const stretched = (white * (value - low)) / (high - low)
        map[value] = Math.round(value + strength * (Math.min(white, Math.max(0, stretched)) - value))
      }
      for (let i = channel; i < samples.length; i += channels) restored.samples[i] = map[samples[i]]
    }
    return restored
  },
}

/**
 * Where a channel's samples begin and end, in samples; widened to at least `NARROWEST`. What is fully transparent does
 * not count: below it is mostly black that nobody sees.
 */
function levels({ samples, channels, depth, alpha }: Raster, channel: number): { low: number; high: number } {
  const white = maxSample(depth)
  const histogram = new Uint32Array(white + 1)
  let visible = 0
  for (let i = channel, pixel = 0; i < samples.length; i += channels, pixel++) {
    if (alpha?.[pixel] === 0) continue
    histogram[samples[i]]++
    visible++
  }
  const tail = TAIL * visible
  let low = 0
  for (let count = histogram[0]; count <= tail && low < white; count += histogram[low]) low++
  let high = white
  for (let count = histogram[white]; count <= tail && high > 0; count += histogram[high]) high--
  const missing = NARROWEST * white - (high - low)
  if (missing <= 0) return { low, high }
  // Widened so that the room left on both sides shrinks in proportion: dark stays dark, pale stays pale.
  const roomBelow = low / (low + white - high)
  return { low: low - missing * roomBelow, high: high + missing * (1 - roomBelow) }
}
