import { readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { LimpidError } from '../contract/errors.ts'
import { formatOfName } from '../contract/picture-files.ts'
import { readError } from './file-errors.ts'

const byNaturalOrder = new Intl.Collator(undefined, { numeric: true }).compare

export type Found = { paths: string[]; errors: LimpidError[] }

/**
 * The pictures below a folder by their extension, searched deeply: a folder's files before its subfolders, each in
 * natural order (2 before 10). Hidden ones are skipped; links are followed, but no folder twice. What can't be read
 * is an error beside the others; a folder that holds no picture is `folder-empty`.
 */
export async function findPictures(folder: string): Promise<Found> {
  const found: Found = { paths: [], errors: [] }
  await search(folder, found, new Set())
  if (found.paths.length === 0 && found.errors.length === 0) {
    const hint = 'Choose a folder with JPEG, PNG, WebP, TIFF, AVIF or GIF files.'
    found.errors.push(
      new LimpidError('folder-empty', `The folder ${folder} holds no picture.`, { hint, file: folder }),
    )
  }
  return found
}

async function search(folder: string, found: Found, visited: Set<string>): Promise<void> {
  try {
    const real = await realpath(folder)
    if (visited.has(real)) return
    visited.add(real)
    const subfolders: string[] = []
    const entries = await readdir(folder, { withFileTypes: true })
    for (const entry of entries.sort((a, b) => byNaturalOrder(a.name, b.name))) {
      if (entry.name.startsWith('.')) continue
      const path = join(folder, entry.name)
      // A dangling link is nobody's picture.
      const kind = entry.isSymbolicLink() ? await stat(path).catch(() => null) : entry
      if (kind?.isDirectory()) subfolders.push(path)
      else if (kind?.isFile() && formatOfName(entry.name) !== null) found.paths.push(path)
    }
    for (const subfolder of subfolders) await search(subfolder, found, visited)
  } catch (thrown) {
    found.errors.push(readError(thrown, folder))
  }
}
