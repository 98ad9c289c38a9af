import path from 'node:path'
import { decodePicture } from '../imaging/decode.ts'
import { encodePicture } from '../imaging/encode.ts'
import { writeNoiseMap } from '../imaging/noise-map.ts'
import { writeView } from '../imaging/thumbnail.ts'
import { type JobHandler, peakMemory } from './job.ts'
import { runSteps } from './restoration.ts'

const NOISE_MAP_NAME = 'removed-noise.png'

/**
 * The app's restoration: the result is kept without loss, for later blending and saving, beside a view of it and a map of
 * the noise that was taken away.
 */
export const restore: JobHandler<'restore'> = async ({ path: file, steps, folder }, context) => {
  const start = performance.now()
  const { raster, meta } = await decodePicture(file)
  const restored = await runSteps(raster, steps, context)
  const result = path.join(folder, 'result.tif')
  await encodePicture(restored.raster, meta, {
    path: result,
    format: 'tiff',
    compression: 'fast',
    overwrite: true,
  })
  const view = await writeView(restored.raster, meta, path.join(folder, 'result-view'))
  const { removed } = restored
  if (removed?.map) await writeNoiseMap(removed.map, path.join(folder, NOISE_MAP_NAME))
  return {
    result: path.basename(result),
    view,
    removedNoise: removed?.noise ?? null,
    noiseMap: removed?.map ? NOISE_MAP_NAME : null,
    width: restored.raster.width,
    height: restored.raster.height,
    backend: restored.backend,
    seconds: (performance.now() - start) / 1000,
    modelSeconds: restored.modelSeconds,
    megapixels: (raster.width * raster.height) / 1e6,
    peakMemory: peakMemory(),
  }
}
