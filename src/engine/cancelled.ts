import { LimpidError } from '../contract/errors.ts'

export function cancelled(): LimpidError {
  return new LimpidError('cancelled', 'Cancelled.')
}
