import type { DegradationSpec } from '../../contract/degradations.ts'
import { sharp } from '../imaging/libvips.ts'
import { reflect } from '../imaging/raster.ts'
import type { Degradation, Patch } from './degradation.ts'

type Spec = Extract<DegradationSpec, { kind: 'jpeg' }>

/**
 * Saved as JPEG by a real encoder, its quality drawn uniformly. The grid of 8 × 8 px blocks begins anywhere, as in a
 * JPEG that was cropped later: the patch is encoded with a few mirrored pixels around it, which are cut off again.
 */
export const jpeg: Degradation<Spec> = {
  kind: 'jpeg',
  apply(patch, spec, random) {
    const quality = Math.round(random.between(...spec.quality))
    const subsampled = random.uniform() < spec.subsampledShare
    // With 4:2:0 the colours' blocks are 16 px wide.
    const shift = () => (spec.shiftGrid ? random.below(subsampled ? 16 : 8) : 0)
    return throughJpeg(patch, { quality, subsampled, left: shift(), top: shift() })
  },
}

/** The patch as it comes back from a JPEG file; its grid begins `left` and `top` px outside of the patch. */
async function throughJpeg(
  patch: Patch,
  options: { quality: number; subsampled: boolean; left: number; top: number },
): Promise<Patch> {
  const { channels } = patch
  const { quality, subsampled, left, top } = options
  const width = patch.width + left
  const height = patch.height + top
  const bytes = new Uint8Array(width * height * channels)
  for (let y = 0; y < height; y++) {
    const row = reflect(y - top, patch.height) * patch.width
    for (let x = 0; x < width; x++) {
      const from = (row + reflect(x - left, patch.width)) * channels
      const to = (y * width + x) * channels
      for (let c = 0; c < channels; c++) {
        bytes[to + c] = Math.round(255 * Math.max(0, Math.min(1, patch.values[from + c])))
      }
    }
  }
  const file = await sharp(bytes, { raw: { width, height, channels } })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .jpeg({ quality, chromaSubsampling: subsampled ? '4:2:0' : '4:4:4' })
    .toBuffer()
  const decoded = await sharp(file)
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .extract({ left, top, width: patch.width, height: patch.height })
    .raw()
    .toBuffer()
  return { ...patch, values: Float32Array.from(decoded, (byte) => byte / 255) }
}
