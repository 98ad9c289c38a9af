/** Where a result goes: the naming rules of `--output` and `--format`, without touching a disk. */
import path from 'node:path'
import { extensionFor } from '../app/formats.ts'
import { LimpidError } from '../contract/errors.ts'
import { OUTPUT_FORMATS, type OutputFormat } from '../contract/picture.ts'
import { outputFormatOfName, USUAL_QUALITY } from '../contract/picture-files.ts'

/** What `--output` means, given what was asked to be cleaned. */
export type Destination =
  | { kind: 'beside-original' }
  | { kind: 'file'; path: string }
  | { kind: 'folder'; path: string }

/** A picture to clean. */
export type InputFile = {
  /** Absolute. */
  path: string
  /** Its folder below the folder that was named on the command line; '' if the file itself was named. */
  below: string
}

/**
 * `output` is a file if one file was asked for and `output` has an extension; else it is a folder.
 * `isFolder`: `output` is there, and is a folder.
 */
export function destinationOf(
  output: string | undefined,
  question: { cwd: string; singleFile: boolean; isFolder: boolean; format?: OutputFormat },
): Destination {
  if (output === undefined) return { kind: 'beside-original' }
  const full = path.resolve(question.cwd, output)
  const saysFolder = /[\\/]$/.test(output) || path.extname(output) === ''
  if (!question.singleFile || question.isFolder || saysFolder) return { kind: 'folder', path: full }

  const promised = outputFormatOfName(output)
  if (promised === null) {
    throw new LimpidError('bad-request', `${output} names no format that can be written.`, {
      hint: `End the name in ${EXTENSIONS}, or in / for a folder.`,
    })
  }
  if (question.format !== undefined && question.format !== promised) {
    throw new LimpidError(
      'bad-request',
      `${output} is ${promised} by its name, but ${question.format} was asked for.`,
      {
        hint: 'Leave --format out, or change the name.',
      },
    )
  }
  return { kind: 'file', path: full }
}

/**
 * The path that `input`'s result goes to. In another folder it keeps its name; in the original's own it becomes
 * `<name>-limpid`. It keeps its extension too where that format can be written, and becomes a PNG where it can't.
 * `isSameFolder`: whether two paths are of one folder; by their names alone if absent.
 */
export function targetOf(
  input: InputFile,
  destination: Destination,
  format?: OutputFormat,
  isSameFolder = (a: string, b: string) => path.relative(a, b) === '',
): string {
  if (destination.kind === 'file') return destination.path
  const original = path.parse(input.path)
  const extension = extensionFor(format ?? outputFormatOfName(input.path) ?? 'png', input.path)
  const folder =
    destination.kind === 'beside-original' ? original.dir : path.join(destination.path, input.below)
  const suffix = isSameFolder(folder, original.dir) ? RESULT_SUFFIX : ''
  return path.join(folder, original.name + suffix + extension)
}

/** Of a page in black and white, which JPEG, WebP and AVIF put greys into: PNG, unless the original is TIFF. */
export function losslessFormatOf(input: InputFile): OutputFormat {
  return outputFormatOfName(input.path) === 'tiff' ? 'tiff' : 'png'
}

/**
 * Throws `bad-request` where a quality is asked for and none of the targets is in a format that has one; gives what is to
 * be said where some are not, null where nothing is.
 */
export function checkQuality(quality: number | undefined, targets: readonly string[]): string | null {
  if (quality === undefined || targets.length === 0) return null
  const without = targets.filter((target) => USUAL_QUALITY[outputFormatOfName(target) ?? 'png'] === undefined)
  if (without.length === 0) return null
  if (without.length < targets.length) {
    return `--quality is for JPEG, WebP and AVIF: it has no effect on ${without.length} of ${targets.length} results.`
  }
  const what = path.extname(without[0]!) || without[0]!
  throw new LimpidError('bad-request', `--quality has no effect on ${what} files.`, {
    hint: 'Leave it out, or save as JPEG, WebP or AVIF (--format).',
  })
}

const EXTENSIONS = OUTPUT_FORMATS.map((format) => extensionFor(format, '')).join(', ')
/**
 * Where a cut-out's mask goes: `<name>-limpid-mask.png` beside the result. The name says whose it is, so that a person's
 * own `photo-mask.png` is never taken for one.
 */
export function maskTargetOf(target: string): string {
  const { dir, name } = path.parse(target)
  const suffix = /-limpid(-\d+)?$/.test(name) ? MASK_SUFFIX : RESULT_SUFFIX + MASK_SUFFIX
  return path.join(dir, `${name}${suffix}.png`)
}

const RESULT_SUFFIX = '-limpid'
const MASK_SUFFIX = '-mask'

/**
 * Takes out results of an earlier call: `photo-limpid.jpg` and `photo-limpid-mask.png` with a `photo.*` beside them. A
 * folder that is cleaned twice would else clean its own results.
 */
export function withoutResults(files: readonly string[]): string[] {
  const withoutExtension = (file: string) => file.slice(0, file.length - path.extname(file).length)
  const stems = new Set(files.map(withoutExtension))
  return files.filter((file) => {
    const result = /^(.+)-limpid(-\d+)?(-mask)?$/.exec(withoutExtension(file))
    return result === null || !stems.has(result[1]!)
  })
}
