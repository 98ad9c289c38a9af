import { LimpidError } from '../../contract/errors.ts'

/** A GPU that lost its memory answers with zeros. Restoring keeps the mean: a picture that turned black is an error. */
export function requireNotBlack(before: Float32Array, after: Float32Array): void {
  const was = meanOf(before)
  if (was > 0.02 && meanOf(after) < was / 20) {
    throw new LimpidError('result-invalid', 'The model turned the picture black.', {
      hint: 'Try another model or another backend (--backend); the original is untouched.',
    })
  }
}

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
