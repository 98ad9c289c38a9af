import type { DegradationSpec } from '../../contract/degradations.ts'
import { lumaOf } from '../imaging/luma.ts'
import type { Degradation } from './degradation.ts'

type Spec = Extract<DegradationSpec, { kind: 'greyscale' }>

/** Its colours lost: the luma in every channel. */
export const greyscale: Degradation<Spec> = {
  kind: 'greyscale',
  apply(patch) {
    const luma = lumaOf(patch.values, patch.channels)
    const { channels } = patch
    return { ...patch, values: patch.values.map((_, i) => luma[(i / channels) | 0]) }
  },
}
