/** The kinds of file that the system's dialogs offer. */
import path from 'node:path'
import type { FileFilter } from 'electron'
import type { OutputFormat } from '../contract/picture.ts'
import { EXTENSIONS, FORMAT_TITLES, INPUT_FORMATS, type InputFormat } from '../contract/picture-files.ts'

/** The usual ones first. */
const OFFERED: readonly OutputFormat[] = ['jpeg', 'png', 'webp', 'avif', 'tiff']

const PICTURES = OFFERED.map(
  (format): FileFilter => ({ name: FORMAT_TITLES[format], extensions: extensionsOf(format) }),
)

/** What else is saved, each as nothing but what it is. */
const OTHERS: FileFilter[] = [
  { name: 'ZIP archive', extensions: ['zip'] },
  { name: 'CSV table', extensions: ['csv'] },
]

const READABLE = INPUT_FORMATS.flatMap(extensionsOf)

export const OPEN_FILTERS: FileFilter[] = [
  // Linux tells upper case from lower.
  { name: 'Pictures', extensions: [...READABLE, ...READABLE.map((extension) => extension.toUpperCase())] },
  { name: 'All files', extensions: ['*'] },
]

/** Of a picture: the formats that can be written, that of the suggested name first: dialogs start with the first. */
export function saveFilters(suggested: string): FileFilter[] {
  const isSuggested = filterOf(suggested)
  if (!isPictureName(suggested)) return OTHERS.filter(isSuggested)
  return [...PICTURES.filter(isSuggested), ...PICTURES.filter((filter) => !isSuggested(filter))]
}

/** Any but that of an archive or a table. */
export function isPictureName(name: string): boolean {
  return !OTHERS.some(filterOf(name))
}

function filterOf(name: string): (filter: FileFilter) => boolean {
  const extension = path.extname(name).slice(1).toLowerCase()
  return ({ extensions }) => extensions.includes(extension)
}

/** Without the dot, as Electron wants them. */
function extensionsOf(format: InputFormat): string[] {
  return EXTENSIONS[format].map((extension) => extension.slice(1))
}
