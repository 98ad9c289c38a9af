import type { DegradationSpec } from '../../contract/degradations.ts'
import type { Degradation } from './degradation.ts'
import { gaussianBlur } from './gaussian-blur.ts'
import { mapPlanes } from './planes.ts'

type Spec = Extract<DegradationSpec, { kind: 'blur' }>

/** Out of focus, about: a Gaussian, its width drawn for the patch. */
export const blur: Degradation<Spec> = {
  kind: 'blur',
  apply(patch, spec, random) {
    const sigma = random.between(...spec.sigma)
    return mapPlanes(patch, (plane) => gaussianBlur(plane, patch.width, patch.height, sigma))
  },
}
