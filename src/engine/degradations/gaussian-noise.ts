import type { DegradationSpec } from '../../contract/degradations.ts'
import type { Random } from '../random.ts'
import type { Degradation, Patch } from './degradation.ts'

type Spec = Extract<DegradationSpec, { kind: 'gaussian-noise' }>

/** Additive white Gaussian noise, unclipped, its sigma drawn uniformly from the range of the recipe. */
export const gaussianNoise: Degradation<Spec> = {
  kind: 'gaussian-noise',
  apply: (patch, spec, random) => addGaussianNoise(patch, random.between(...spec.sigma), random),
}

/** The patch plus N(0, sigma²) noise, unclipped. `sigma` in 8-bit units. */
export function addGaussianNoise(patch: Patch, sigma: number, random: Random): Patch {
  const values = new Float32Array(patch.values.length)
  random.fillGaussian(values)
  const scale = sigma / 255
  for (let i = 0; i < values.length; i++) values[i] = patch.values[i] + scale * values[i]
  return { ...patch, values }
}
