import type { DegradationSpec } from '../../contract/degradations.ts'
import type { Degradation } from './degradation.ts'
import { smoothField } from './smooth-field.ts'

type Spec = Extract<DegradationSpec, { kind: 'uneven-light' }>

/** A page photographed by a lamp: light that falls off to one side, with soft shadows, here and there a sharper one. */
export const unevenLight: Degradation<Spec> = {
  kind: 'uneven-light',
  apply(patch, spec, random) {
    const { width, height, channels } = patch
    const strength = random.between(...spec.strength)
    const angle = random.between(0, 2 * Math.PI)
    const [dx, dy] = [Math.cos(angle) / width, Math.sin(angle) / height]
    const waves = smoothField(width, height, Math.max(width, height) / 2, random)
    const isShadow = random.uniform() < 0.25
    const shadowAngle = random.between(0, 2 * Math.PI)
    const [sx, sy] = [Math.cos(shadowAngle), Math.sin(shadowAngle)]
    const [place, softness] = [random.between(-0.4, 0.4) * width, random.between(2, 20)]
    const light = new Float32Array(width * height)
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i++) {
        const [u, v] = [x - width / 2, y - height / 2]
        light[i] = u * dx + v * dy + 0.3 * waves[i]
        if (isShadow) light[i] += 0.8 / (1 + Math.exp(-(u * sx + v * sy - place) / softness))
      }
    }
    const darkest = light.reduce((least, value) => Math.min(least, value))
    const brightest = light.reduce((most, value) => Math.max(most, value))
    const span = Math.max(1e-6, brightest - darkest)
    const values = patch.values.map(
      (value, i) => value * (1 - (strength * (brightest - light[(i / channels) | 0])) / span),
    )
    return { ...patch, values }
  },
}
