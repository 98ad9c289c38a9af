import { extname } from 'node:path'
import { OUTPUT_FORMATS, type OutputFormat, type Picture } from '../contract/picture.ts'

const EXTENSIONS: Record<OutputFormat, string[]> = {
  png: ['.png'],
  jpeg: ['.jpg', '.jpeg', '.jpe', '.jfif'],
  webp: ['.webp'],
  avif: ['.avif'],
  tiff: ['.tif', '.tiff'],
}

/** null: no format that can be written has that extension. */
export function formatOf(path: string): OutputFormat | null {
  const extension = extname(path).toLowerCase()
  return OUTPUT_FORMATS.find((format) => EXTENSIONS[format].includes(extension)) ?? null
}

/** What a picture is saved as when nobody says: as what it is, or as PNG (which loses nothing) if that can't be. */
export function ownFormat({ path, info }: Picture): OutputFormat {
  return OUTPUT_FORMATS.find((format) => format === info?.format) ?? formatOf(path) ?? 'png'
}

/** The original's own extension where it names the format. */
export function extensionFor(format: OutputFormat, path: string): string {
  return formatOf(path) === format ? extname(path) : EXTENSIONS[format][0]
}
