/** Targets as they meet the disk: folders made, and no two results of one call on the same path. */
import { mkdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { writeError } from '../app/file-errors.ts'
import { LimpidError } from '../contract/errors.ts'
import type { OutputFormat } from '../contract/picture.ts'
import { type Destination, destinationOf, type InputFile } from './targets.ts'

/** What `--output` means for the files named on the command line. */
export async function chooseDestination(
  files: readonly string[],
  output: string | undefined,
  format: OutputFormat | undefined,
  cwd: string,
): Promise<Destination> {
  const isFolder = async (file: string) =>
    (await stat(path.resolve(cwd, file)).catch(() => null))?.isDirectory() ?? false
  return destinationOf(output, {
    cwd,
    format,
    singleFile: files.length === 1 && !(await isFolder(files[0]!)),
    isFolder: output !== undefined && (await isFolder(output)),
  })
}

/** The targets of one call. */
export class Targets {
  readonly #takenBy = new Map<string, string>()

  /** Makes the target's folder. Fails if another input of this call has the same target. */
  async prepare(target: string, input: InputFile): Promise<string> {
    const other = this.#takenBy.get(target)
    if (other !== undefined) {
      const message = `${input.path} was not done: its result would replace the one of ${other} (${target}).`
      throw new LimpidError('file-exists', message, {
        file: input.path,
        hint: 'Clean them in two calls, each with its own --output folder.',
      })
    }
    const folder = path.dirname(target)
    await mkdir(folder, { recursive: true }).catch((thrown) => {
      throw writeError(thrown, folder)
    })
    this.#takenBy.set(target, input.path)
    return target
  }
}
