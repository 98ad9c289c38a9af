/** Targets as they meet the disk: folders made, no two results of one call on the same path, none on an original. */
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { LimpidError } from '../contract/errors.ts'
import type { OutputFormat } from '../contract/picture.ts'
import { makeFolder } from './prepare-file.ts'
import { realPlace } from './real-place.ts'
import { type Destination, destinationOf, type InputFile, targetOf } from './targets.ts'

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

/** The targets of one call, links followed: neither a result nor an original of it is replaced by another's result. */
export class Targets {
  readonly #destination: Destination
  /** Inputs, by where they really are. */
  readonly #originals: ReadonlyMap<string, string>
  /** Inputs, by where their results really go. */
  readonly #takenBy = new Map<string, string>()

  constructor(inputs: readonly InputFile[], destination: Destination) {
    this.#destination = destination
    this.#originals = new Map(inputs.map((input) => [realPlace(input.path), input.path]))
  }

  /** The path that `input`'s result goes to. */
  of(input: InputFile, format?: OutputFormat): string {
    const isSameFolder = (a: string, b: string) => realPlace(a) === realPlace(b)
    return targetOf(input, this.#destination, format, isSameFolder)
  }

  /**
   * Makes the target's folder. Fails if another input of this call has the same target, or if it is an input itself,
   * unless it is the file that `--output` names and its own original.
   */
  async prepare(target: string, input: InputFile): Promise<string> {
    await makeFolder(path.dirname(target))
    const place = realPlace(target)
    const original = this.#originals.get(place)
    if (original !== undefined && !(original === input.path && this.#isNamed(target))) {
      const message = `${input.path} was not done: its result would replace the original ${original}.`
      throw new LimpidError('file-exists', message, {
        file: input.path,
        hint: 'Give an --output folder that holds none of the originals.',
      })
    }
    const other = this.#takenBy.get(place)
    if (other !== undefined) {
      const message = `${input.path} was not done: its result would replace the one of ${other} (${target}).`
      throw new LimpidError('file-exists', message, {
        file: input.path,
        hint: 'Clean them in two calls, each with its own --output folder.',
      })
    }
    this.#takenBy.set(place, input.path)
    return target
  }

  #isNamed(target: string): boolean {
    return this.#destination.kind === 'file' && this.#destination.path === target
  }
}
