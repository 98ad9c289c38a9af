import type { z } from 'zod'
import { LimpidError } from '../contract/errors.ts'

/** `value` by `schema`, or `bad-request` that names the first field that does not fit, as in "ids.0". */
export function parsed<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const field = issue.path.length === 0 ? '' : `field "${issue.path.join('.')}": `
  throw new LimpidError('bad-request', `${what} was asked for wrongly: ${field}${issue.message}.`, {
    hint: 'Correct the field, or update Limpid if two versions of it are talking to each other.',
    cause: result.error,
  })
}
