/**
 * The noise that a denoiser found: what it took away. An estimate from the picture alone (noise-estimate.ts) reads the
 * finest band, where noise that a camera smoothed hardly shows, and where fine texture does; a network that learned both
 * tells them apart.
 */
import { NOISE_MAP, type Noise } from '../../contract/picture.ts'
import type { NoiseMap } from './noise-map.ts'
import { maxSample, type Raster } from './raster.ts'

export type RemovedNoise = { noise: Noise; map: NoiseMap | null }

/**
 * Root mean square of `before` − `after` in 8-bit units: overall, of the blocks in the darkest and in the brightest
 * third (overall, where there are none), and of each block for the map (null for a picture without a whole block).
 *
 * @param after of the same size, channels and depth
 * @param strength above 0..1, that `after` was blended at: what was taken away is told as at 1
 */
export function removedNoise(before: Raster, after: Raster, strength: number): RemovedNoise {
  const { width, height } = before
  if (after.width !== width || after.height !== height || after.channels !== before.channels)
    throw new RangeError('removedNoise: the pictures differ in size or channels.')
  const scale = 255 / maxSample(before.depth) / strength
  const [across, down] = [width, height].map((side) => Math.floor(side / NOISE_MAP.block))
  const sigma = new Float32Array(across * down)
  const all = new Level()
  const shadows = new Level()
  const highlights = new Level()
  // Blocks at the right and lower edge are smaller: they count, and have no place on the map.
  for (let top = 0; top < height; top += NOISE_MAP.block) {
    for (let left = 0; left < width; left += NOISE_MAP.block) {
      const block = difference(before, after, left, top)
      const [column, row] = [left / NOISE_MAP.block, top / NOISE_MAP.block]
      if (column < across && row < down)
        sigma[row * across + column] = scale * Math.sqrt(block.squares / block.count)
      all.add(block)
      if (block.brightness < 1 / 3) shadows.add(block)
      if (block.brightness > 2 / 3) highlights.add(block)
    }
  }
  const overall = all.deviation() ?? 0
  return {
    noise: {
      sigma: scale * overall,
      shadows: scale * (shadows.deviation() ?? overall),
      highlights: scale * (highlights.deviation() ?? overall),
    },
    map: sigma.length === 0 ? null : { width: across, height: down, sigma },
  }
}

type Block = { squares: number; count: number; brightness: number }

/** In samples as they are; its brightness 0..1. */
function difference(
  { samples, width, height, channels, depth }: Raster,
  after: Raster,
  left: number,
  top: number,
): Block {
  const right = Math.min(left + NOISE_MAP.block, width) * channels
  const bottom = Math.min(top + NOISE_MAP.block, height)
  let squares = 0
  let sum = 0
  for (let y = top; y < bottom; y++) {
    const row = y * width * channels
    for (let i = row + left * channels; i < row + right; i++) {
      const removed = samples[i] - after.samples[i]
      squares += removed * removed
      sum += after.samples[i]
    }
  }
  const count = (right - left * channels) * (bottom - top)
  return { squares, count, brightness: sum / count / maxSample(depth) }
}

class Level {
  #squares = 0
  #count = 0

  add({ squares, count }: Block): void {
    this.#squares += squares
    this.#count += count
  }

  /** null of nothing */
  deviation(): number | null {
    return this.#count === 0 ? null : Math.sqrt(this.#squares / this.#count)
  }
}
