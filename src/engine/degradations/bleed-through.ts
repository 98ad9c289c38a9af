import type { DegradationSpec } from '../../contract/degradations.ts'
import { lumaOf } from '../imaging/luma.ts'
import type { Degradation } from './degradation.ts'
import { gaussianBlur } from './gaussian-blur.ts'

type Spec = Extract<DegradationSpec, { kind: 'bleed-through' }>

/**
 * The other side's writing shines through, mirrored, blurred and pale. The patch's own writing, mirrored and moved,
 * stands for it: pages are written alike on both sides.
 */
export const bleedThrough: Degradation<Spec> = {
  kind: 'bleed-through',
  apply(patch, spec, random) {
    const { width, height, channels } = patch
    const strength = random.between(...spec.strength)
    const luma = lumaOf(patch.values, patch.channels)
    // Half of the patch away at least, or a letter would lie on itself.
    const [right, down] = [random.below(width), (height >> 2) + random.below(Math.max(1, height >> 1))]
    const behind = new Float32Array(width * height)
    for (let y = 0; y < height; y++) {
      const row = ((y + down) % height) * width
      for (let x = 0; x < width; x++)
        behind[y * width + x] = luma[row + ((2 * width - 1 - x + right) % width)]
    }
    const seen = gaussianBlur(behind, width, height, random.between(...spec.blur))
    const values = patch.values.map((value, i) => value * (1 - strength * (1 - seen[(i / channels) | 0])))
    return { ...patch, values }
  },
}
