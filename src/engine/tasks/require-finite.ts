import { LimpidError } from '../../contract/errors.ts'

/** What a backend computed may be no numbers: that must never become a picture. */
export function requireFinite(values: Float32Array): void {
  let sum = 0 // no longer finite once a single value is not
  for (let i = 0; i < values.length; i++) sum += values[i]
  if (Number.isFinite(sum)) return
  throw new LimpidError('result-invalid', 'The model computed a pixel that is no number.', {
    hint: 'Try another model or another backend; the original is untouched.',
  })
}
