import type { DegradationSpec } from '../../contract/degradations.ts'
import { reflect } from '../imaging/raster.ts'
import { resizeBicubic } from '../imaging/resample.ts'
import type { Degradation, Patch } from './degradation.ts'

type Spec = Extract<DegradationSpec, { kind: 'downscale' }>

/** px that are mirrored around the patch, so that its rim is resampled as the middle of a picture is. A multiple of 2, 3 and 4. */
const MARGIN = 12

/**
 * Made smaller by antialiased bicubic interpolation, rounded to 8 bits as a file would hold it, and enlarged again by
 * bicubic interpolation: what a network that adds to the bicubic enlargement is given. As MATLAB's imresize.
 */
export const downscale: Degradation<Spec> = {
  kind: 'downscale',
  apply(patch, { scale }) {
    const { channels } = patch
    const [wide, high] = [patch.width, patch.height].map(
      (side) => 2 * MARGIN + Math.ceil(side / scale) * scale,
    )
    const padded = new Float32Array(wide * high * channels)
    for (let y = 0; y < high; y++) {
      const row = reflect(y - MARGIN, patch.height) * patch.width
      for (let x = 0; x < wide; x++) {
        const from = (row + reflect(x - MARGIN, patch.width)) * channels
        for (let c = 0; c < channels; c++) padded[(y * wide + x) * channels + c] = patch.values[from + c]
      }
    }
    const small = resizeBicubic(padded, wide, high, channels, wide / scale, high / scale)
    for (let i = 0; i < small.length; i++)
      small[i] = Math.round(255 * Math.max(0, Math.min(1, small[i]))) / 255
    const large = resizeBicubic(small, wide / scale, high / scale, channels, wide, high)
    return { ...patch, values: withoutMargin(large, wide, patch) }
  },
}

function withoutMargin(large: Float32Array, wide: number, { width, height, channels }: Patch): Float32Array {
  const values = new Float32Array(width * height * channels)
  for (let y = 0; y < height; y++) {
    const from = ((y + MARGIN) * wide + MARGIN) * channels
    values.set(large.subarray(from, from + width * channels), y * width * channels)
  }
  return values
}
