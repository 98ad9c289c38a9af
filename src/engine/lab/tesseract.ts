/** Tesseract, where the machine has it: the OCR that most others are compared with (Smith 2007). */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { LimpidError } from '../../contract/errors.ts'

const MOST_MS = 60_000

/** What it reads in a picture of one line; null where it is not installed. Throws `internal` where it fails. */
export async function readLine(file: string): Promise<string | null> {
  try {
    // Page segmentation 7: a single line.
    const { stdout } = await promisify(execFile)('tesseract', [file, 'stdout', '--psm', '7'], {
      timeout: MOST_MS,
    })
    return stdout.trim()
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null
    const why = (cause as { stderr?: string }).stderr?.trim() || String(cause)
    throw new LimpidError('internal', `Tesseract failed on ${file}: ${why}`, {
      file,
      hint: 'Try `tesseract --list-langs`: English must be among them.',
      cause,
    })
  }
}
