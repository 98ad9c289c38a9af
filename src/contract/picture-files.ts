/** The formats of picture files: their names, and which files are pictures by theirs. One table, read by all. */
import { OUTPUT_FORMATS, type OutputFormat } from './picture.ts'

export const INPUT_FORMATS = ['jpeg', 'png', 'webp', 'tiff', 'avif', 'gif'] as const
export type InputFormat = (typeof INPUT_FORMATS)[number]

/** As a person knows them. */
export const FORMAT_TITLES: Readonly<Record<InputFormat, string>> = {
  jpeg: 'JPEG',
  png: 'PNG',
  webp: 'WebP',
  tiff: 'TIFF',
  avif: 'AVIF',
  gif: 'GIF',
}

/** Lower case, with the dot; the first is the usual one. */
export const EXTENSIONS: Readonly<Record<InputFormat, readonly [string, ...string[]]>> = {
  jpeg: ['.jpg', '.jpeg', '.jpe', '.jfif'],
  png: ['.png'],
  webp: ['.webp'],
  tiff: ['.tif', '.tiff'],
  avif: ['.avif'],
  gif: ['.gif'],
}

/** The format that a file's name stands for by its extension; null: none that can be read. */
export function formatOfName(name: string): InputFormat | null {
  const extension = /\.[^./\\]+$/.exec(name)?.[0].toLowerCase()
  return INPUT_FORMATS.find((format) => EXTENSIONS[format].some((one) => one === extension)) ?? null
}

/** The same; null: none that can be written. */
export function outputFormatOfName(name: string): OutputFormat | null {
  const format = formatOfName(name)
  return OUTPUT_FORMATS.find((one) => one === format) ?? null
}

/** Of the formats that are told how good to be, 1..100: what they are where neither the user nor the original says it. */
export const USUAL_QUALITY: Readonly<Partial<Record<OutputFormat, number>>> = { jpeg: 95, webp: 90, avif: 70 }
