import type { DegradationSpec } from '../../contract/degradations.ts'
import type { Degradation } from './degradation.ts'
import { gaussianBlur } from './gaussian-blur.ts'
import { smoothField } from './smooth-field.ts'

type Spec = Extract<DegradationSpec, { kind: 'paper-texture' }>

/**
 * A clean page, black on white, as ink on paper: paper with a tint, a grain of two sizes and ageing that varies over
 * the page; ink that is never quite black and lies on unevenly, so that thin strokes are in places nearly gone.
 */
export const paperTexture: Degradation<Spec> = {
  kind: 'paper-texture',
  apply(patch, spec, random) {
    const { width, height, channels } = patch
    const pixels = width * height
    const paper = random.between(...spec.paper)
    const ink = random.between(...spec.ink)
    const grain = random.between(...spec.grain) / 255
    const fine = new Float32Array(pixels)
    random.fillGaussian(fine)
    const coarse = new Float32Array(pixels)
    random.fillGaussian(coarse)
    const coarseSize = random.between(1, 3)
    const fibres = gaussianBlur(coarse, width, height, coarseSize)
    const ageing = smoothField(width, height, random.between(40, 160), random)
    const uneven = smoothField(width, height, random.between(6, 40), random)
    const unevenness = random.between(0, 0.25)
    // Old paper reflects less blue; ink may be brown, blue-black or red.
    const tints = channels === 1 ? [1] : [1, random.between(0.88, 1), random.between(0.7, 1)]
    const inks = Array.from({ length: channels }, () => (channels === 1 ? 1 : random.between(0.6, 1.4)))
    const values = patch.values.map((clean, at) => {
      const i = (at / channels) | 0
      const c = at % channels
      // The blurred grain is made as strong as the fine one: a Gaussian of s px leaves 1 / (2 s √π) of white noise.
      const texture = grain * (0.6 * fine[i] + 0.8 * fibres[i] * 2 * coarseSize * Math.sqrt(Math.PI))
      const background = paper * tints[c] * (1 + 0.04 * ageing[i]) + texture
      const left = Math.max(0, Math.min(1, ink * inks[c] + unevenness * Math.max(0, uneven[i])))
      return Math.max(0, Math.min(1, background * (left + (1 - left) * clean)))
    })
    return { ...patch, values }
  },
}
