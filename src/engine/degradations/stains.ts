import type { DegradationSpec } from '../../contract/degradations.ts'
import type { Degradation } from './degradation.ts'
import { smoothField } from './smooth-field.ts'

type Spec = Extract<DegradationSpec, { kind: 'stains' }>

/**
 * Coffee, water, foxing: blots with a ragged edge, often darker at their rim where the liquid dried last, that take
 * light from blue most.
 */
export const stains: Degradation<Spec> = {
  kind: 'stains',
  apply(patch, spec, random) {
    const { width, height, channels } = patch
    const values = patch.values.slice()
    const expected = (random.between(...spec.count) * width * height) / 256 ** 2
    const count = Math.floor(expected + random.uniform())
    for (let n = 0; n < count; n++) {
      const [x, y] = [random.between(-0.2, 1.2) * width, random.between(-0.2, 1.2) * height]
      const radius = random.between(...spec.radius)
      const strength = random.between(...spec.strength)
      const rim = random.uniform() < 0.6 ? random.between(0.4, 1) : 0
      const inside = rim > 0 ? random.between(0, 0.6) : 1
      const rimWidth = random.between(0.03, 0.12)
      const green = random.between(1, 1.6)
      const tint = channels === 1 ? [1] : [1, green, green + random.between(0.1, 0.9)]
      const edge = smoothField(width, height, radius / 2, random)
      for (let row = 0, i = 0; row < height; row++) {
        for (let column = 0; column < width; column++, i++) {
          const distance = Math.hypot(column - x, row - y) / radius + 0.08 * edge[i]
          const body = inside / (1 + Math.exp((distance - 1) / 0.03))
          const dark = strength * Math.min(1, body + rim * Math.exp(-(((distance - 1) / rimWidth) ** 2)))
          for (let c = 0; c < channels; c++) values[i * channels + c] *= (1 - dark) ** tint[c]
        }
      }
    }
    return { ...patch, values }
  },
}
