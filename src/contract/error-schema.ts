import { z } from 'zod'
import { ERROR_CODES, type ErrorCode } from './errors.ts'

/** The schema of `ErrorData`. */
export const errorDataSchema = z.object({
  code: z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]),
  message: z.string(),
  hint: z.string().optional(),
  file: z.string().optional(),
  retry: z.object({ learningRate: z.number(), step: z.int() }).optional(),
})
