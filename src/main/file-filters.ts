/** The kinds of file that the system's dialogs offer. */
import path from 'node:path'
import type { FileFilter } from 'electron'

const READABLE = ['jpg', 'jpeg', 'png', 'webp', 'tif', 'tiff', 'avif', 'gif']

const WRITABLE: FileFilter[] = [
  { name: 'JPEG', extensions: ['jpg', 'jpeg'] },
  { name: 'PNG', extensions: ['png'] },
  { name: 'WebP', extensions: ['webp'] },
  { name: 'AVIF', extensions: ['avif'] },
  { name: 'TIFF', extensions: ['tif', 'tiff'] },
]

export const OPEN_FILTERS: FileFilter[] = [
  // Linux tells upper case from lower.
  { name: 'Pictures', extensions: [...READABLE, ...READABLE.map((extension) => extension.toUpperCase())] },
  { name: 'All files', extensions: ['*'] },
]

/** The formats that can be written, that of the suggested name first: dialogs start with the first. */
export function saveFilters(suggested: string): FileFilter[] {
  const extension = path.extname(suggested).slice(1).toLowerCase()
  const isSuggested = ({ extensions }: FileFilter) => extensions.includes(extension)
  return [...WRITABLE.filter(isSuggested), ...WRITABLE.filter((filter) => !isSuggested(filter))]
}
