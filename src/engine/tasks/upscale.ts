/**
 * Enlarging: the bicubic enlargement, window by window, goes through a network at the large size that predicts what
 * it lacks (VDSR, Kim et al. 2016). The enlargement as a whole is held only as the result's samples.
 */
import { LimpidError } from '../../contract/errors.ts'
import { PIXEL_LIMIT } from '../imaging/open-picture.ts'
import { createRaster, type Raster, writeWindow } from '../imaging/raster.ts'
import { readEnlarged } from '../imaging/resample.ts'
import { coloursUnderTransparency } from '../imaging/under-transparency.ts'
import { blend } from './blend.ts'
import { greyStaysGrey } from './grey-stays-grey.ts'
import { requireNotBlack } from './require-not-black.ts'
import type { Task } from './task.ts'
import { inTiles } from './tiled.ts'

export const upscale: Task<'upscale'> = greyStaysGrey({
  label: 'Enlarging',
  async run(given, { scale, strength }, options) {
    const { channels, depth } = given
    const width = given.width * scale
    const height = given.height * scale
    requireStorable(width, height, scale)
    const raster = coloursUnderTransparency(given)
    const alpha = enlargedAlpha(raster, scale)
    return inTiles(
      { width, height, read: (window) => readEnlarged(raster, scale, window) },
      () => {
        const result: Raster = { ...createRaster(width, height, channels, depth), alpha }
        return {
          result,
          sink: { write: (core, values, origin) => writeWindow(result, core, values, origin) },
        }
      },
      async (values, tileWidth, tileHeight) => {
        const estimate = await options.network.run(values, tileWidth, tileHeight, channels)
        requireNotBlack(values, estimate)
        return blend(values, estimate, strength)
      },
      options,
    )
  },
})

/** What can't be opened again is not made. Exported for a look ahead, before the steps in front of this one. */
export function requireStorable(width: number, height: number, scale: number): void {
  if (width * height <= PIXEL_LIMIT) return
  const megapixels = (pixels: number) => `${Math.round(pixels / 1e6)} megapixels`
  throw new LimpidError(
    'picture-too-large',
    `Enlarged ×${scale} the picture would have ${megapixels(width * height)}; at most ${megapixels(PIXEL_LIMIT)} can be held.`,
    { hint: 'Enlarge it less, or cut out the part that matters first.' },
  )
}

function enlargedAlpha({ alpha, width, height, depth }: Raster, scale: number): Raster['alpha'] {
  if (alpha === null) return null
  return enlarge({ width, height, channels: 1, depth, samples: alpha, alpha: null }, scale).samples
}

/** Rows that are enlarged at once. */
const BAND = 256

/** The bicubic enlargement alone, its alpha too. */
export function enlarge(raster: Raster, scale: number): Raster {
  const [width, height] = [raster.width * scale, raster.height * scale]
  const large = createRaster(width, height, raster.channels, raster.depth)
  for (let top = 0; top < height; top += BAND) {
    const window = { left: 0, top, width, height: Math.min(BAND, height - top) }
    writeWindow(large, window, readEnlarged(raster, scale, window))
  }
  return { ...large, alpha: enlargedAlpha(raster, scale) }
}
