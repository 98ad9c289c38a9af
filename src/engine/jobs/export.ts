import { LimpidError } from '../../contract/errors.ts'
import { decodePicture } from '../imaging/decode.ts'
import { encodePicture, requireTarget } from '../imaging/encode.ts'
import { greyAsRgb } from '../imaging/luma.ts'
import { createRaster, type Raster, readWindow, type Window, writeWindow } from '../imaging/raster.ts'
import { readEnlarged } from '../imaging/resample.ts'
import { coloursUnderTransparency } from '../imaging/under-transparency.ts'
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

/**
 * An enlarged result is blended with the original's bicubic enlargement; where one of the two is grey and the other
 * coloured, the grey one is taken as coloured.
 */
function blendRasters(original: Raster, restored: Raster, strength: number, file: string): Raster {
  const { width, height, depth } = restored
  const factor = width / original.width
  if (!Number.isInteger(factor) || height !== factor * original.height) throw doesNotFit(file)
  const alpha = factor === 1 ? original.alpha : restored.alpha
  if (strength === 1) return { ...restored, alpha }

  const channels = Math.max(original.channels, restored.channels) as 1 | 3
  const given = factor === 1 ? original : coloursUnderTransparency(original)
  const before = (window: Window) =>
    factor === 1 ? readWindow(given, window) : readEnlarged(given, factor, window)
  const widened = (values: Float32Array, own: number) => (own === channels ? values : greyAsRgb(values))
  const blended: Raster = { ...createRaster(width, height, channels, depth), alpha }
  for (let top = 0; top < height; top += BAND) {
    const window = { left: 0, top, width, height: Math.min(BAND, height - top) }
    const values = blend(
      widened(before(window), original.channels),
      widened(readWindow(restored, window), restored.channels),
      strength,
    )
    writeWindow(blended, window, values)
  }
  return blended
}

function doesNotFit(file: string): LimpidError {
  return new LimpidError(
    'result-invalid',
    'The restored picture does not fit its original, which has changed.',
    { file, hint: 'Restore it again.' },
  )
}
