/**
 * Cleaning a page: as it was photographed or scanned → grey and clean, the paper white, the writing kept; with
 * `binarise` black and white. Faint ink is brought out first (faint-ink.ts).
 *
 * The network learned from pages whose clean halves are black and white: it says what is ink, and draws it black and a
 * little bold. Unless black ink is asked for, or black and white, the ink gets its own tone back (own-ink.ts).
 */
import { binarise } from '../imaging/binarise.ts'
import { greyAsRgb, lumaOf } from '../imaging/luma.ts'
import { fromFloat, type Raster, readWindow, toFloat } from '../imaging/raster.ts'
import { channelsOf } from '../models/network.ts'
import { blend } from './blend.ts'
import { contrastOf, raiseContrast } from './faint-ink.ts'
import { withOwnInk } from './own-ink.ts'
import { requireNotBlack } from './require-not-black.ts'
import type { Task } from './task.ts'
import { planeInTiles, type TaskOptions } from './tiled.ts'

export const documentClean: Task<'document-clean'> = {
  label: 'Cleaning the page',
  async run(raster, { strength, ink, binarise: method }, options) {
    const { width, height, depth, alpha } = raster
    const luma = lumaOf(toFloat(raster), raster.channels)
    const page = await blackOnWhite(raster, options)
    const clean = ink === 'black' || method ? page : withOwnInk(luma, page, width, height)
    const blended = fromFloat(blend(luma, clean, strength), width, height, 1, depth)
    const result: Raster = { ...blended, alpha }
    return method ? binarise(result, method) : result
  },
}

/** What the network makes of a page: [height · width], 0 where there is ink, 1 where there is none. */
export function blackOnWhite(raster: Raster, options: TaskOptions): Promise<Float32Array> {
  const { width, height, channels } = raster
  const { network } = options
  const takes = channelsOf(network.manifest).input
  const contrast = contrastOf(lumaOf(toFloat(raster), channels), raster.alpha)
  return planeInTiles(
    { width, height, read: (window) => readWindow(raster, window) },
    async (values, tileWidth, tileHeight) => {
      raiseContrast(values, channels, contrast)
      const luma = lumaOf(values, channels)
      const page = takes === 1 ? luma : channels === 1 ? greyAsRgb(luma) : values
      const estimate = await network.run(page, tileWidth, tileHeight, takes)
      requireNotBlack(page, estimate)
      return lumaOf(estimate, estimate.length / luma.length)
    },
    options,
  )
}
