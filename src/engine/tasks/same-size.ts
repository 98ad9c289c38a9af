import { createRaster, type Raster, readWindow, writeWindow } from '../imaging/raster.ts'
import { blend } from './blend.ts'
import { requireNotBlack } from './require-not-black.ts'
import { inTiles, type TaskOptions } from './tiled.ts'

/**
 * A picture through a network from RGB to RGB (grey as well): same size, depth and alpha. The network's estimate is
 * blended with its input by `strength`, 0..1.
 */
export function restoreSameSize(raster: Raster, strength: number, options: TaskOptions): Promise<Raster> {
  const { width, height, channels, depth, alpha } = raster
  return inTiles(
    { width, height, read: (window) => readWindow(raster, window) },
    () => {
      const result: Raster = { ...createRaster(width, height, channels, depth), alpha }
      return { result, sink: { write: (core, values, origin) => writeWindow(result, core, values, origin) } }
    },
    async (values, tileWidth, tileHeight) => {
      const estimate = await options.network.run(values, tileWidth, tileHeight, channels)
      requireNotBlack(values, estimate)
      return blend(values, estimate, strength)
    },
    options,
  )
}
