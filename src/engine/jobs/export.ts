import { LimpidError } from '../../contract/errors.ts'
import { decodePicture } from '../imaging/decode.ts'
import { encodePicture, requireTarget } from '../imaging/encode.ts'
import { createRaster, type Raster, readWindow, writeWindow } from '../imaging/raster.ts'
import { blend } from '../tasks/blend.ts'
import type { JobHandler } from './job.ts'

/** Rows that are blended at once. */
const BAND = 256

/** Blends a restored picture with its original and saves it with the original's metadata. */
export const exportPicture: JobHandler<'export'> = async (
  { path: file, result, strength, target },
  context,
) => {
  await requireTarget(target)
  const original = await decodePicture(file)
  await context.step(0.2, 'Saving')
  const restored = await decodePicture(result)
  await context.step(0.4, 'Saving')
  const blended = blendRasters(original.raster, restored.raster, strength, file)
  await context.step(0.5, 'Saving')
  const saved = await encodePicture(blended, original.meta, target)
  await context.step(1, 'Saved')
  return saved
}

function blendRasters(original: Raster, restored: Raster, strength: number, file: string): Raster {
  const { width, height, channels, depth, alpha } = original
  if (restored.width !== width || restored.height !== height || restored.channels !== channels) {
    throw new LimpidError(
      'result-invalid',
      'The restored picture does not fit its original, which has changed.',
      {
        file,
        hint: 'Denoise it again.',
      },
    )
  }
  const blended: Raster = { ...createRaster(width, height, channels, depth), alpha }
  for (let top = 0; top < height; top += BAND) {
    const window = { left: 0, top, width, height: Math.min(BAND, height - top) }
    const values = blend(readWindow(original, window), readWindow(restored, window), strength)
    writeWindow(blended, window, values)
  }
  return blended
}
