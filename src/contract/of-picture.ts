import type { ErrorData } from './errors.ts'

/** An error that was met with a picture, and names no file yet: it names the picture. */
export function ofPicture(error: ErrorData, file: string): ErrorData {
  if (error.file !== undefined || OF_NO_PICTURE.has(error.code)) return error
  return { ...error, message: `${file.split(/[\\/]/).at(-1)}: ${error.message}`, file }
}

const OF_NO_PICTURE = new Set<ErrorData['code']>(['cancelled', 'backend-unavailable', 'model-unknown'])
