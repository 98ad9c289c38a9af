import path from 'node:path'
import { decodePicture } from '../imaging/decode.ts'
import { estimateNoise } from '../imaging/noise-estimate.ts'
import { noiseMap, writeNoiseMap } from '../imaging/noise-map.ts'
import { writeThumbnail, writeView } from '../imaging/thumbnail.ts'
import type { JobHandler } from './job.ts'

const NOISE_MAP_NAME = 'noise-map.png'

/** Reads a picture and writes what a window shows of it: a thumbnail, a view at full size, a map of its noise. */
export const inspect: JobHandler<'inspect'> = async ({ path: file, folder }, context) => {
  const { raster, meta } = await decodePicture(file)
  await context.step(0.4, 'Reading')
  const thumbnail = await writeThumbnail(raster, meta, path.join(folder, 'thumbnail'))
  await context.step(0.6, 'Reading')
  const view = await writeView(raster, meta, path.join(folder, 'view'))
  await context.step(0.9, 'Reading')
  const map = noiseMap(raster)
  if (map) await writeNoiseMap(map, path.join(folder, NOISE_MAP_NAME))
  return {
    info: meta.info,
    noise: estimateNoise(raster),
    thumbnail,
    view,
    noiseMap: map ? NOISE_MAP_NAME : null,
  }
}
