/** The table of degradations: to add one, add its file, its schema in contract/restoration-recipe.ts and its line here. */
import type { DegradationSpec } from '../../contract/restoration-recipe.ts'
import type { Random } from '../random.ts'
import type { Degradation, Patch } from './degradation.ts'
import { gaussianNoise } from './gaussian-noise.ts'

/** The clean patch after every degradation of the recipe, in order. */
export function degrade(clean: Patch, specs: readonly DegradationSpec[], random: Random): Patch {
  let patch = clean
  for (const spec of specs) patch = degradations[spec.kind].apply(patch, spec, random)
  return patch
}

const degradations: { [K in DegradationSpec['kind']]: Degradation<Extract<DegradationSpec, { kind: K }>> } = {
  'gaussian-noise': gaussianNoise,
}
