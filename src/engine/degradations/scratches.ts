import type { DegradationSpec } from '../../contract/degradations.ts'
import { damage } from './damage.ts'
import type { Degradation } from './degradation.ts'
import { drawStroke } from './strokes.ts'

type Spec = Extract<DegradationSpec, { kind: 'scratches' }>

/** Scratches of an old photo or film: most of them straight and long, some wandering. Gives their mask. */
export const scratches: Degradation<Spec> = {
  kind: 'scratches',
  apply(patch, spec, random) {
    const { width, height } = patch
    const upright = random.uniform() < 0.3 // as film has them, all in one direction
    return damage(patch, random.between(...spec.share), random, (coverage) => {
      const stroke = {
        x: random.between(-0.2, 1.2) * width,
        y: random.between(-0.2, 1.2) * height,
        angle: upright ? Math.PI / 2 + random.between(-0.05, 0.05) : random.between(0, 2 * Math.PI),
        length: random.between(0.2, 1.5) * Math.max(width, height),
        width: random.between(...spec.width),
        wander: random.uniform() < 0.6 ? 0.004 : random.between(0.01, 0.12),
      }
      drawStroke(coverage, width, height, stroke, random)
    })
  },
}
