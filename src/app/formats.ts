import { extname } from 'node:path'
import { OUTPUT_FORMATS, type OutputFormat, type Picture } from '../contract/picture.ts'
import { EXTENSIONS, outputFormatOfName } from '../contract/picture-files.ts'

/** What a picture is saved as when nobody says: as what it is, or as PNG (which loses nothing) if that can't be. */
export function ownFormat({ path, info }: Picture): OutputFormat {
  return OUTPUT_FORMATS.find((format) => format === info?.format) ?? outputFormatOfName(path) ?? 'png'
}

/** The original's own extension where it names the format. */
export function extensionFor(format: OutputFormat, path: string): string {
  return outputFormatOfName(path) === format ? extname(path) : EXTENSIONS[format][0]
}
