/** The table of degradations: to add one, add its file, its schema in contract/restoration-recipe.ts and its line here. */
import type { DegradationSpec } from '../../contract/restoration-recipe.ts'
import type { Random } from '../random.ts'
import { cameraNoise } from './camera-noise.ts'
import type { Degradation, Patch } from './degradation.ts'
import { gaussianNoise } from './gaussian-noise.ts'
import { jpeg } from './jpeg.ts'

/** A choice between lists of degradations; no list chooses again. */
type Mixture = Extract<DegradationSpec, { kind: 'mixture' }>
type Plain = Exclude<DegradationSpec, Mixture>

/** The clean patch after every degradation of the recipe, in order. */
export async function degrade(
  clean: Patch,
  specs: readonly DegradationSpec[],
  random: Random,
): Promise<Patch> {
  let patch = clean
  for (const spec of specs) {
    patch =
      spec.kind === 'mixture'
        ? await degrade(patch, choose(spec, random).degradations, random)
        : await applyOne(patch, spec, random)
  }
  return patch
}

const degradations: { [K in Plain['kind']]: Degradation<Extract<Plain, { kind: K }>> } = {
  'gaussian-noise': gaussianNoise,
  'camera-noise': cameraNoise,
  jpeg,
}

function applyOne<K extends Plain['kind']>(patch: Patch, spec: Extract<Plain, { kind: K }>, random: Random) {
  const degradation: Degradation<Extract<Plain, { kind: K }>> = degradations[spec.kind as K]
  return degradation.apply(patch, spec, random)
}

/** One of the mixture's lists, each as likely as its weight. */
function choose({ of }: Mixture, random: Random): Mixture['of'][number] {
  let at = random.uniform() * of.reduce((sum, { weight }) => sum + weight, 0)
  for (const one of of) {
    at -= one.weight
    if (at < 0) return one
  }
  return of[of.length - 1]
}
