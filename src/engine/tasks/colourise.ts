/**
 * Colours for a grey picture (a coloured one is taken as grey). The network guesses colours; of its guess only what is
 * colour is taken, so that the luma of the result is that of the original, to the last bit.
 */
import { greyAsRgb, lumaAt } from '../imaging/luma.ts'
import {
  createRaster,
  maxSample,
  type Raster,
  readWindow,
  type ValuesOrigin,
  type Window,
} from '../imaging/raster.ts'
import { channelsOf } from '../models/network.ts'
import { requireFinite } from './require-finite.ts'
import { requireNotBlack } from './require-not-black.ts'
import type { Task } from './task.ts'
import { inTiles } from './tiled.ts'

export const colourise: Task<'colourise'> = {
  label: 'Colouring',
  run(raster, { strength }, options) {
    const { width, height, depth, alpha } = raster
    const { network } = options
    const takes = channelsOf(network.manifest).input
    const grey = raster.channels === 1 ? raster : greyOf(raster)
    return inTiles(
      { width, height, read: (window) => readWindow(grey, window) },
      () => {
        const result: Raster = { ...createRaster(width, height, 3, depth), alpha }
        return {
          result,
          sink: {
            write: (core, values, origin) => writeColours(result, grey, core, values, origin, strength),
          },
        }
      },
      async (luma, tileWidth, tileHeight) => {
        const coloured = await network.run(takes === 1 ? luma : greyAsRgb(luma), tileWidth, tileHeight, takes)
        requireNotBlack(luma, coloured)
        return coloured
      },
      options,
    )
  },
}

/** As a grey file of the picture would hold it. */
export function greyOf(raster: Raster): Raster {
  const { width, height, depth, alpha, samples, channels } = raster
  const grey: Raster = { ...createRaster(width, height, 1, depth), alpha }
  for (let i = 0; i < grey.samples.length; i++) grey.samples[i] = Math.round(lumaAt(samples, i * channels))
  return grey
}

function writeColours(
  result: Raster,
  grey: Raster,
  core: Window,
  values: Float32Array,
  origin: ValuesOrigin,
  strength: number,
): void {
  requireFinite(values)
  const white = maxSample(result.depth)
  for (let y = 0; y < core.height; y++) {
    for (let x = 0; x < core.width; x++) {
      const pixel = (core.top + y) * result.width + core.left + x
      const from = 3 * ((origin.top + y) * origin.width + origin.left + x)
      colourPixel(result, 3 * pixel, grey.samples[pixel], values, from, strength, white)
    }
  }
}

/**
 * Colours at full saturation may not fit beside the luma: then they are paler. Red and blue are rounded; green, which
 * weighs most, is what makes the luma come out right.
 */
function colourPixel(
  { samples }: Raster,
  at: number,
  luma: number,
  values: Float32Array,
  from: number,
  strength: number,
  white: number,
): void {
  const guessed = lumaAt(values, from)
  let most = 1
  for (let c = 0; c < 3; c++) {
    const colour = white * strength * (values[from + c] - guessed)
    if (colour > 0) most = Math.min(most, (white - luma) / colour)
    if (colour < 0) most = Math.min(most, -luma / colour)
  }
  const scale = most * white * strength
  const red = Math.round(luma + scale * (values[from] - guessed))
  const blue = Math.round(luma + scale * (values[from + 2] - guessed))
  const green = Math.round((luma - 0.299 * red - 0.114 * blue) / 0.587)
  samples[at] = red
  samples[at + 1] = Math.max(0, Math.min(white, green))
  samples[at + 2] = blue
}
