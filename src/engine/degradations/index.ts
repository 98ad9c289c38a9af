/** The table of degradations: to add one, add its file, its schema in contract/degradations.ts and its line here. */
import type { DegradationSpec } from '../../contract/degradations.ts'
import type { Random } from '../random.ts'
import { bleedThrough } from './bleed-through.ts'
import { blur } from './blur.ts'
import { cameraNoise } from './camera-noise.ts'
import type { Degradation, Patch } from './degradation.ts'
import { downscale } from './downscale.ts'
import { dust } from './dust.ts'
import { fading } from './fading.ts'
import { gaussianNoise } from './gaussian-noise.ts'
import { greyscale } from './greyscale.ts'
import { jpeg } from './jpeg.ts'
import { paperTexture } from './paper-texture.ts'
import { scratches } from './scratches.ts'
import { stains } from './stains.ts'
import { unevenLight } from './uneven-light.ts'

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
  blur,
  downscale,
  greyscale,
  scratches,
  dust,
  stains,
  fading,
  'paper-texture': paperTexture,
  'bleed-through': bleedThrough,
  'uneven-light': unevenLight,
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
