import { LimpidError } from '../contract/errors.ts'

/** What went wrong when `path` was read. */
export function readError(cause: unknown, path: string): LimpidError {
  const { code } = cause as NodeJS.ErrnoException
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    const hint = 'Check the name; it may have been moved or its drive taken out.'
    return new LimpidError('file-not-found', `${path} is not there.`, { hint, file: path, cause })
  }
  if (code === 'EISDIR') {
    const hint = 'Name a file in it.'
    return new LimpidError('file-unreadable', `${path} is a folder, not a file.`, { hint, file: path, cause })
  }
  const hint = 'Check its permissions.'
  const message = `${path} cannot be read (${reason(cause)}).`
  return new LimpidError('file-unreadable', message, { hint, file: path, cause })
}

/** What went wrong when `path` was written. */
export function writeError(cause: unknown, path: string): LimpidError {
  const { code } = cause as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const hint = 'Make room on that drive, then try again.'
    return new LimpidError('disk-full', `No space was left to write ${path}.`, { hint, file: path, cause })
  }
  if (code === 'ENAMETOOLONG') {
    const hint = 'Choose a shorter one.'
    return new LimpidError('file-unwritable', `The name ${path} is too long.`, { hint, file: path, cause })
  }
  if (code === 'EISDIR' || code === 'EEXIST' || code === 'ENOTDIR') {
    const is = code === 'EISDIR' ? `${path} is a folder` : `A file stands in the way of ${path}`
    const hint = 'Choose another name.'
    return new LimpidError('file-unwritable', `${is}.`, { hint, file: path, cause })
  }
  const hint = 'Check the permissions of its folder.'
  const message = `${path} cannot be written (${reason(cause)}).`
  return new LimpidError('file-unwritable', message, { hint, file: path, cause })
}

/** The system's code; not every library gives one. */
function reason(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException
  return code ?? message
}
