import type { Corruption } from '../../contract/zoo-recipe.ts'
import type { Random } from '../random.ts'

/** The corrupted pictures, 0..1 in; the given array stays as it is (and is given back where nothing is to be done). */
export function corrupt(clean: Float32Array, corruption: Corruption, draw: Random): Float32Array {
  if (corruption.kind === 'none') return clean
  const { mean, sigma, clip } = corruption
  const values = new Float32Array(clean.length)
  draw.fillGaussian(values)
  for (let i = 0; i < values.length; i++) {
    const value = clean[i] + mean + sigma * values[i]
    values[i] = clip ? Math.min(1, Math.max(0, value)) : value
  }
  return values
}

/** Each pixel 1 with its brightness as probability, else 0: dynamic binarisation (Burda et al. 2016). */
export function binarise(grey: Float32Array, draw: Random): Float32Array {
  const values = new Float32Array(grey.length)
  for (let i = 0; i < values.length; i++) values[i] = draw.uniform() < grey[i] ? 1 : 0
  return values
}
