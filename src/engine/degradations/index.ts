/** The table of degradations: to add one, add its file, its schema in contract/recipe.ts and its line here. */
import type { DegradationSpec } from '../../contract/recipe.ts'
import type { Random } from '../random.ts'
import type { Patch } from './degradation.ts'
import { gaussianNoise } from './gaussian-noise.ts'

/** The clean patch after every degradation of the recipe, in order. */
export function degrade(clean: Patch, specs: readonly DegradationSpec[], random: Random): Patch {
  return specs.reduce((patch, spec) => {
    switch (spec.kind) {
      case 'gaussian-noise':
        return gaussianNoise.apply(patch, spec, random)
    }
  }, clean)
}
