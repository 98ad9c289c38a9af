import path from 'node:path'
import type { ErrorData } from '../contract/errors.ts'

/** An error that was met with a picture, and names no file yet: it names the picture. */
export function ofPicture(error: ErrorData, file: string): ErrorData {
  if (error.file !== undefined || OF_NO_PICTURE.has(error.code)) return error
  return { ...error, message: `${path.basename(file)}: ${error.message}`, file }
}

const OF_NO_PICTURE = new Set<ErrorData['code']>(['cancelled', 'backend-unavailable', 'model-unknown'])
