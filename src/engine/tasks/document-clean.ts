/**
 * Cleaning a page: as it was photographed or scanned → grey and clean, the paper white, the writing kept; with
 * `binarise` black and white.
 */
import { binarise } from '../imaging/binarise.ts'
import { greyAsRgb, lumaOf } from '../imaging/luma.ts'
import { createRaster, type Raster, readWindow, writeWindow } from '../imaging/raster.ts'
import { channelsOf } from '../models/network.ts'
import { blend } from './blend.ts'
import type { Task } from './task.ts'
import { inTiles } from './tiled.ts'

export const documentClean: Task<'document-clean'> = {
  label: 'Cleaning the page',
  async run(raster, step, options) {
    const { width, height, channels, depth, alpha } = raster
    const { network } = options
    const takes = channelsOf(network.manifest).input
    const cleaned = await inTiles(
      { width, height, read: (window) => readWindow(raster, window) },
      () => {
        const result: Raster = { ...createRaster(width, height, 1, depth), alpha }
        return {
          result,
          sink: { write: (core, values, origin) => writeWindow(result, core, values, origin) },
        }
      },
      async (values, tileWidth, tileHeight) => {
        const luma = lumaOf(values, channels)
        const page = takes === 1 ? luma : channels === 1 ? greyAsRgb(luma) : values
        const estimate = await network.run(page, tileWidth, tileHeight, takes)
        return blend(luma, lumaOf(estimate, estimate.length / luma.length), step.strength)
      },
      options,
    )
    return step.binarise ? binarise(cleaned, step.binarise) : cleaned
  },
}
