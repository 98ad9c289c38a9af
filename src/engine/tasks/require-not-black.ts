import { LimpidError } from '../../contract/errors.ts'

/** A GPU that lost its memory answers with zeros: throws `result-invalid` where a picture that is not black got nothing else. */
export function requireNotBlack(before: Float32Array, after: Float32Array): void {
  if (meanOf(before) > 0.02 && after.every(isZero)) {
    throw new LimpidError('result-invalid', 'The model turned the picture black.', {
      hint: 'Try another model or another backend (--backend); the original is untouched.',
    })
  }
}

const isZero = (value: number) => Math.abs(value) < 1e-6

/** The mean of about a thousand evenly spread values. */
function meanOf(values: Float32Array): number {
  const stride = Math.max(1, Math.floor(values.length / 1009))
  let sum = 0
  let count = 0
  for (let i = 0; i < values.length; i += stride) {
    sum += values[i]
    count++
  }
  return sum / count
}
