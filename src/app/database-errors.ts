import { LimpidError } from '../contract/errors.ts'

/** https://sqlite.org/rescode.html: primary result codes, the low byte of `errcode`. */
const [BUSY, LOCKED, READONLY, IOERR, FULL, CANTOPEN] = [5, 6, 8, 10, 13, 14]

/** What was thrown where the library's database is written; if it is the drive's fault or another program's, in a person's words. */
export function databaseError(thrown: unknown): unknown {
  const errcode = (thrown as { errcode?: number } | null)?.errcode
  if (errcode === undefined) return thrown
  const code = errcode & 0xff
  const more = (hint: string) => ({ hint, cause: thrown })
  if (code === FULL) {
    const hint = 'Make room on the drive of its data folder.'
    return new LimpidError('disk-full', "No space was left to write Limpid's library.", more(hint))
  }
  if (code === BUSY || code === LOCKED) {
    const hint = 'Close the program that holds limpid.db in its data folder.'
    return new LimpidError('file-unwritable', "Another program holds Limpid's library.", more(hint))
  }
  if (![READONLY, IOERR, CANTOPEN].includes(code)) return thrown
  const message = `Limpid's library cannot be written: ${(thrown as Error).message}.`
  return new LimpidError(
    'file-unwritable',
    message,
    more('Check its data folder and the drive that it is on.'),
  )
}
