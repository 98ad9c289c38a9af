/** The pictures that a person means by naming files and folders. */

import { readdir, realpath, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { type ErrorData, LimpidError, toErrorData } from '../../contract/errors.ts'
import { formatOfName } from '../../contract/picture-files.ts'
import { readFailure } from './open-picture.ts'
import { READABLE_LIST } from './picture-formats.ts'

/** Numbers in names count as numbers: "scan 9" comes before "scan 10". */
const byName = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' }).compare

/**
 * Absolute paths of the named files, and of the pictures in the named folders and in the folders in them, each once.
 * In folders, files are pictures by their extension and hidden ones are passed over; a file that is named itself is
 * taken as it is (decoding it tells whether it is a picture). What can't be found or read is in `errors`; the rest is
 * there all the same.
 */
export async function findPictures(paths: string[]): Promise<{ pictures: string[]; errors: ErrorData[] }> {
  const pictures = new Map<string, string>() // real path → path as named, in order
  const errors: ErrorData[] = []
  for (const path of paths) {
    const file = resolve(path)
    try {
      if ((await stat(file)).isDirectory()) {
        const found = await picturesIn(file, errors)
        if (found.length === 0) throw folderEmpty(file)
        for (const picture of found) await add(pictures, picture)
      } else {
        await add(pictures, file)
      }
    } catch (error) {
      errors.push(toErrorData(readFailure(file, error)))
    }
  }
  return { pictures: [...pictures.values()], errors }
}

async function add(pictures: Map<string, string>, file: string): Promise<void> {
  const real = await realpath(file)
  if (!pictures.has(real)) pictures.set(real, file)
}

/** The pictures in a folder and below, in natural order of their names, files before folders. */
async function picturesIn(
  folder: string,
  errors: ErrorData[],
  seen: Set<string> = new Set(),
): Promise<string[]> {
  const real = await realpath(folder)
  if (seen.has(real)) return [] // links may lead back to where they are
  seen.add(real)
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.')).sort(byName)
  const pictures: string[] = []
  const folders: string[] = []
  for (const name of names) {
    const path = join(folder, name)
    try {
      const info = await stat(path)
      if (info.isDirectory()) folders.push(path)
      else if (info.isFile() && formatOfName(name) !== null) pictures.push(path)
    } catch (error) {
      if (formatOfName(name) !== null) errors.push(toErrorData(readFailure(path, error)))
    }
  }
  for (const inner of folders) {
    try {
      pictures.push(...(await picturesIn(inner, errors, seen)))
    } catch (error) {
      errors.push(toErrorData(readFailure(inner, error)))
    }
  }
  return pictures
}

function folderEmpty(folder: string): LimpidError {
  return new LimpidError('folder-empty', `${basename(folder)} holds no picture, nor do the folders in it.`, {
    hint: `Choose a folder with ${READABLE_LIST} files.`,
    file: folder,
  })
}
