/**
 * Denoising, the whole of it: blind to the noise level, tile by tile. A model's estimate is blended with its input by
 * `strength`: 0 leaves the picture alone, 1 takes the estimate.
 */
import { LimpidError } from '../../contract/errors.ts'
import { createRaster, type Raster, readWindow, writeWindow } from '../imaging/raster.ts'
import type { Network } from '../models/network.ts'
import { planTiles, runTiled } from '../tiling.ts'

export type DenoiseOptions = {
  network: Network
  /** 0..1 */
  strength: number
  /** Largest tile, halo included, px. */
  maxTilePixels: number
  /** Tiles that may be run at a time; one if absent. */
  atOnce?: () => number
  /** Awaited between tiles with the share done, 0..1; throws to cancel. */
  between?: (done: number) => Promise<void> | void
}

/** From here on a tile's arrays (24 bytes a pixel) are worth the 10 ms that it takes to collect the last one's, px. */
const LARGE_TILE_PIXELS = 1e6

/** Tiles are not made smaller than this when memory runs out, px. */
const SMALLEST_TILE_PIXELS = 128 * 128

/** The picture, denoised: same size, depth and alpha. Out of memory halves the tile and begins the picture again. */
export async function denoise(raster: Raster, options: DenoiseOptions): Promise<Raster> {
  for (let maxTilePixels = options.maxTilePixels; ; maxTilePixels /= 2) {
    try {
      return await denoiseOnce(raster, { ...options, maxTilePixels })
    } catch (thrown) {
      const retry =
        thrown instanceof LimpidError &&
        thrown.code === 'out-of-memory' &&
        maxTilePixels > SMALLEST_TILE_PIXELS
      if (!retry) throw thrown
    }
  }
}

async function denoiseOnce(
  raster: Raster,
  { network, strength, maxTilePixels, atOnce, between }: DenoiseOptions,
): Promise<Raster> {
  const { width, height, channels, depth } = raster
  const restored: Raster = { ...createRaster(width, height, channels, depth), alpha: raster.alpha }
  const tiles = planTiles(width, height, network.manifest, maxTilePixels, atOnce?.())
  await runTiled(
    { width, height, read: (window) => readWindow(raster, window) },
    { write: (core, values, origin) => writeWindow(restored, core, values, origin) },
    tiles,
    async (values, tileWidth, tileHeight) => {
      if (tileWidth * tileHeight > LARGE_TILE_PIXELS) globalThis.gc?.()
      const estimate = await network.run(values, tileWidth, tileHeight, channels)
      requireNotBlack(values, estimate)
      return blend(values, estimate, strength)
    },
    between,
    atOnce,
  )
  return restored
}

/** original + strength · (estimate − original). */
export function blend(original: Float32Array, estimate: Float32Array, strength: number): Float32Array {
  if (strength === 1) return estimate
  const blended = new Float32Array(original.length)
  for (let i = 0; i < blended.length; i++) blended[i] = original[i] + strength * (estimate[i] - original[i])
  return blended
}

/** A GPU that lost its memory answers with zeros. Denoising keeps the mean: a picture that turned black is an error. */
function requireNotBlack(before: Float32Array, after: Float32Array): void {
  const was = meanOf(before)
  if (was > 0.02 && meanOf(after) < was / 20) {
    throw new LimpidError('result-invalid', 'The model turned the picture black.', {
      hint: 'Try another model or another backend (--backend); the original is untouched.',
    })
  }
}

/** The mean of about a thousand evenly spread values. */
function meanOf(values: Float32Array): number {
  const stride = Math.max(1, Math.floor(values.length / 1009))
  let sum = 0
  let count = 0
  for (let i = 0; i < values.length; i += stride) {
    sum += values[i]
    count++
  }
  return sum / count
}
