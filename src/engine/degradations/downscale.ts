import type { DegradationSpec } from '../../contract/degradations.ts'
import { mirror, resizeBicubic } from '../imaging/resample.ts'
import type { Degradation, Patch } from './degradation.ts'

type Spec = Extract<DegradationSpec, { kind: 'downscale' }>

/**
 * Made smaller by antialiased bicubic interpolation, rounded to 8 bits as a file would hold it, and enlarged again by
 * bicubic interpolation: what a network that adds to the bicubic enlargement is given. As MATLAB's imresize, at the
 * patch's rim as at a picture's: resampled otherwise there (mirrored without repeating the last pixel), rims gave away
 * what lies between their pixels, and a network that had learned to use that drew rims of real pictures wrongly.
 */
export const downscale: Degradation<Spec> = {
  kind: 'downscale',
  apply(patch, { scale }) {
    const { channels } = patch
    const [width, height] = [patch.width, patch.height].map((side) => Math.ceil(side / scale) * scale)
    const whole = atSize(patch, width, height)
    const small = resizeBicubic(whole, width, height, channels, width / scale, height / scale)
    for (let i = 0; i < small.length; i++)
      small[i] = Math.round(255 * Math.max(0, Math.min(1, small[i]))) / 255
    const large = resizeBicubic(small, width / scale, height / scale, channels, width, height)
    return { ...patch, values: atSize({ ...patch, width, height, values: large }, patch.width, patch.height) }
  },
}

/** Cut off, or mirrored on, at the right and below. */
function atSize(
  { values, width, height, channels }: Patch,
  newWidth: number,
  newHeight: number,
): Float32Array {
  if (newWidth === width && newHeight === height) return values
  const out = new Float32Array(newWidth * newHeight * channels)
  for (let y = 0; y < newHeight; y++) {
    for (let x = 0; x < newWidth; x++) {
      const from = (mirror(y, height) * width + mirror(x, width)) * channels
      for (let c = 0; c < channels; c++) out[(y * newWidth + x) * channels + c] = values[from + c]
    }
  }
  return out
}
