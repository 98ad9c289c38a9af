import type { DegradationSpec } from '../../contract/degradations.ts'
import { damage } from './damage.ts'
import type { Degradation } from './degradation.ts'
import { drawDisc, drawStroke } from './strokes.ts'

type Spec = Extract<DegradationSpec, { kind: 'dust' }>

/** Specks, each a few discs grown together, and now and then a hair. Gives their mask. */
export const dust: Degradation<Spec> = {
  kind: 'dust',
  apply(patch, spec, random) {
    const { width, height } = patch
    return damage(patch, random.between(...spec.share), random, (coverage) => {
      const [x, y] = [random.uniform() * width, random.uniform() * height]
      const radius = random.between(...spec.radius)
      if (random.uniform() < 0.15) {
        const angle = random.between(0, 2 * Math.PI)
        const stroke = { x, y, angle, length: 20 * radius, width: Math.min(2, radius), wander: 0.3 }
        drawStroke(coverage, width, height, stroke, random)
        return
      }
      for (let lobes = 1 + random.below(3); lobes > 0; lobes--) {
        const [dx, dy] = [random.between(-radius, radius), random.between(-radius, radius)]
        drawDisc(coverage, width, height, x + dx, y + dy, radius * random.between(0.5, 1))
      }
    })
  },
}
