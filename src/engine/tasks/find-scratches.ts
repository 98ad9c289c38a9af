/**
 * Finds scratches, creases, hairs and specks: a U-Net that saw drawn ones says of each pixel how sure it is. Broad ones,
 * as large scans have them, are thin in the same picture made smaller, so that is looked at too.
 */
import { greyAsRgb } from '../imaging/luma.ts'
import { createRaster, type Raster, readWindow } from '../imaging/raster.ts'
import { planeInTiles, type TaskOptions } from './tiled.ts'

/** How sure the network must be; where a scratch goes on, less will do (Canny's hysteresis, 1986). */
const SURE = 0.6
const SURE_GOING_ON = 0.25
/** The picture is made smaller while its long side stays above this, px. */
const SMALLEST_LONG_SIDE = 1000
/** Nor is it made narrower than this, px: there is nothing left of a strip to look at. */
const SMALLEST_SHORT_SIDE = 8
/** px around what was found: a scratch has soft edges. */
const MARGIN = 1

/** A mask of the picture's size: grey, 8 bit, 255 where there is a scratch. */
export async function findScratches(raster: Raster, options: TaskOptions): Promise<Raster> {
  const mask = createRaster(raster.width, raster.height, 1, 8)
  for (let [level, factor] = [raster, 1]; ; [level, factor] = [halved(level), 2 * factor]) {
    spread(connected(await sureness(level, options), level.width), level.width, mask, factor)
    const [short, long] = [level.width, level.height].sort((a, b) => a - b)
    if (long < 2 * SMALLEST_LONG_SIDE || short < 2 * SMALLEST_SHORT_SIDE) return mask
  }
}

/** [height, width], 0..1. */
function sureness(raster: Raster, options: TaskOptions): Promise<Float32Array> {
  const { width, height, channels } = raster
  return planeInTiles(
    { width, height, read: (window) => readWindow(raster, window) },
    (values, tileWidth, tileHeight) =>
      options.network.run(channels === 1 ? greyAsRgb(values) : values, tileWidth, tileHeight, 3),
    options,
  )
}

/** Indices of the pixels that are sure, and of those that hang together with one and are not unlikely. */
function connected(sure: Float32Array, width: number): number[] {
  const isOpen = Uint8Array.from(sure, (value) => (value >= SURE_GOING_ON ? 1 : 0))
  const found: number[] = []
  const take = (at: number) => {
    isOpen[at] = 0
    found.push(at)
  }
  for (const [at, value] of sure.entries()) if (value >= SURE) take(at)
  for (const at of found) {
    // The list grows while it is walked.
    const x = at % width
    for (let v = -width; v <= width; v += width) {
      for (let u = x > 0 ? -1 : 0; u <= (x < width - 1 ? 1 : 0); u++)
        if (isOpen[at + v + u] === 1) take(at + v + u)
    }
  }
  return found
}

/** Marks what was found at `1 / factor` of the size in the mask, with its margin there. */
function spread(found: number[], width: number, mask: Raster, factor: number): void {
  for (const at of found) {
    const [x, y] = [at % width, Math.floor(at / width)]
    const top = Math.max(0, (y - MARGIN) * factor)
    const bottom = Math.min(mask.height, (y + MARGIN + 1) * factor)
    const left = Math.max(0, (x - MARGIN) * factor)
    const right = Math.min(mask.width, (x + MARGIN + 1) * factor)
    for (let row = top; row < bottom; row++) {
      mask.samples.fill(255, row * mask.width + left, row * mask.width + right)
    }
  }
}

/** Each pixel the mean of four; an odd last row or column is dropped. */
function halved(raster: Raster): Raster {
  const { channels, samples } = raster
  const [width, height] = [raster.width >> 1, raster.height >> 1]
  const half = createRaster(width, height, channels, raster.depth)
  const [right, below] = [channels, raster.width * channels]
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        const at = 2 * (y * raster.width + x) * channels + c
        const sum = samples[at] + samples[at + right] + samples[at + below] + samples[at + below + right]
        half.samples[(y * width + x) * channels + c] = sum / 4
      }
    }
  }
  return half
}
