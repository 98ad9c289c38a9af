import { createHash } from 'node:crypto'

/** Of the pictures that are trained on and those kept apart, by their names, in order. */
export function fingerprint(train: readonly string[], validation: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify([train, validation]))
    .digest('hex')
    .slice(0, 16)
}
