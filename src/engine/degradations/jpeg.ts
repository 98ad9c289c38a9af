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
  const [width, height] = [left + patch.width, top + patch.height]
  const file = await sharp(asBytes(patch, left, top), { raw: { width, height, channels } })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .jpeg({ quality, chromaSubsampling: subsampled ? '4:2:0' : '4:4:4' })
    .toBuffer()
  const decoded = await sharp(file)
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .extract({ left, top, width: patch.width, height: patch.height })
    .raw()
    .toBuffer()
  const values = new Float32Array(decoded.length)
  for (let i = 0; i < values.length; i++) values[i] = decoded[i] / 255
  return { ...patch, values }
}

/** [top + height, left + width, channels], 8 bits: mirrored at the upper and the left edge by so many px. */
function asBytes({ width, height, channels, values }: Patch, left: number, top: number): Uint8ClampedArray {
  const samples = new Uint8ClampedArray(values.length) // clamps and rounds
  for (let i = 0; i < samples.length; i++) samples[i] = 255 * values[i]
  if (left === 0 && top === 0) return samples
  const bytes = new Uint8ClampedArray((left + width) * (top + height) * channels)
  for (let y = 0; y < top + height; y++) {
    const from = reflect(y - top, height) * width * channels
    const to = y * (left + width) * channels
    for (let x = 0; x < left; x++)
      for (let c = 0; c < channels; c++)
        bytes[to + x * channels + c] = samples[from + reflect(x - left, width) * channels + c]
    bytes.set(samples.subarray(from, from + width * channels), to + left * channels)
  }
  return bytes
}
