/** Files in what a person dropped or pasted into a browser; folders are searched deeply. */
import { LimpidError } from '../../contract/errors.ts'
import { isHidden } from '../state/paths.ts'
import type { Openable } from './host.ts'

/** Of folders only the pictures, by name; a file dropped itself is always taken, so that it can be refused by name. */
export async function droppedFiles(transfer: DataTransfer): Promise<Openable[]> {
  // A transfer is only readable until the event handler returns, so nothing is awaited before it was read.
  const items = [...transfer.items].filter((item) => item.kind === 'file')
  const found = items.map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }))
  const openables = await Promise.all(
    found.map(async ({ entry, file }): Promise<Openable[]> => {
      if (entry?.isDirectory) return picturesIn(entry as FileSystemDirectoryEntry)
      return file ? [{ file }] : []
    }),
  )
  return openables.flat()
}

async function picturesIn(folder: FileSystemDirectoryEntry): Promise<Openable[]> {
  return picturesOf(folder.name, await walk(folder))
}

/** The pictures among a folder's files, or that there is none. */
export function picturesOf(folder: string, files: File[]): Openable[] {
  const pictures = files.filter((file) => looksLikePicture(file.name) && !isHidden(pathInFolder(file)))
  if (pictures.length > 0) return pictures.map((file) => ({ file }))
  const error = new LimpidError('folder-empty', `The folder ${folder} holds no picture.`, {
    hint: 'Choose a folder with JPEG, PNG, WebP, TIFF, AVIF or GIF files in it.',
  })
  return [{ error }]
}

async function walk(folder: FileSystemDirectoryEntry): Promise<File[]> {
  const files: File[] = []
  for (const entry of await entriesOf(folder)) {
    if (isHidden(entry.name)) continue
    if (entry.isDirectory) files.push(...(await walk(entry as FileSystemDirectoryEntry)))
    else if (looksLikePicture(entry.name)) files.push(await fileOf(entry as FileSystemFileEntry))
  }
  return files
}

/** Of a file of a folder that was chosen by dialog, below that folder: 'day 2/a.png'. */
export function pathInFolder(file: File): string {
  return file.webkitRelativePath.split('/').slice(1).join('/') || file.name
}

/** By its extension. */
function looksLikePicture(name: string): boolean {
  return /\.(jpe?g|jpe|jfif|png|webp|tiff?|avif|gif)$/i.test(name)
}

/** `readEntries` gives at most 100 at a time, and an empty list at the end. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  const entries: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (some.length === 0) return entries.sort((a, b) => a.name.localeCompare(b.name))
    entries.push(...some)
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject))
}
