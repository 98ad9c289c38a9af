import { decodePicture } from '../imaging/decode.ts'
import { encodePicture, requireSize, requireTarget } from '../imaging/encode.ts'
import { estimateNoise } from '../imaging/noise-estimate.ts'
import { type JobHandler, peakMemory } from './job.ts'
import { enlargementBy, runSteps } from './restoration.ts'

/** The command line's restoration: from file to file. */
export const processPicture: JobHandler<'process'> = async ({ path: file, steps, target }, context) => {
  const start = performance.now()
  const format = await requireTarget(target) // before minutes of work, not after
  const { raster, meta } = await decodePicture(file)
  const scale = enlargementBy(steps)
  requireSize({ width: scale * raster.width, height: scale * raster.height }, format, target.path)
  const noise = estimateNoise(raster)
  const restored = await runSteps(raster, steps, context)
  const saved = await encodePicture(restored.raster, meta, target)
  return {
    saved,
    noise,
    removedNoise: restored.removed?.noise ?? null,
    width: restored.raster.width,
    height: restored.raster.height,
    backend: restored.backend,
    seconds: (performance.now() - start) / 1000,
    modelSeconds: restored.modelSeconds,
    megapixels: (raster.width * raster.height) / 1e6,
    peakMemory: peakMemory(),
  }
}
