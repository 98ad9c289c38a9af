import type { DegradationSpec } from '../../contract/degradations.ts'
import { lumaOf } from '../imaging/luma.ts'
import type { Degradation } from './degradation.ts'

type Spec = Extract<DegradationSpec, { kind: 'fading' }>

/**
 * A print that hung in the light: less contrast about a level that is pale, less colour, and a cast, for the three
 * dyes do not fade alike.
 */
export const fading: Degradation<Spec> = {
  kind: 'fading',
  apply(patch, spec, random) {
    const { channels } = patch
    const contrast = random.between(...spec.contrast)
    const saturation = random.between(...spec.saturation)
    const cast = random.between(...spec.cast)
    const level = random.between(0.4, 0.8)
    const gains = Array.from({ length: channels }, () =>
      channels === 1 ? 1 : 1 - cast * random.uniform() * 0.5,
    )
    const luma = lumaOf(patch.values, patch.channels)
    const values = patch.values.map((value, i) => {
      const grey = luma[(i / channels) | 0]
      const paler = grey + saturation * (value - grey)
      return Math.max(0, Math.min(1, gains[i % channels] * (level + contrast * (paler - level))))
    })
    return { ...patch, values }
  },
}
