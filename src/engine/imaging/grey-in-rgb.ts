/** Grey pictures that are stored in three equal channels, as most scanners and editors store them. */
import { createRaster, type Raster } from './raster.ts'

/** The same picture in one channel; null where its channels are not equal, or where it has one. */
export function inOneChannel(raster: Raster): Raster | null {
  const { width, height, channels, depth, samples, alpha } = raster
  if (channels === 1) return null
  for (let at = 0; at < samples.length; at += 3) {
    if (samples[at] !== samples[at + 1] || samples[at] !== samples[at + 2]) return null
  }
  const grey = createRaster(width, height, 1, depth)
  for (let i = 0; i < grey.samples.length; i++) grey.samples[i] = samples[3 * i]
  return { ...grey, alpha }
}

/** A grey picture in three equal channels. */
export function inThreeChannels(grey: Raster): Raster {
  const rgb = createRaster(grey.width, grey.height, 3, grey.depth)
  for (let i = 0; i < grey.samples.length; i++) rgb.samples.fill(grey.samples[i], 3 * i, 3 * i + 3)
  return { ...rgb, alpha: grey.alpha }
}
