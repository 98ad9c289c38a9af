import { constants, existsSync } from 'node:fs'
import { access } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, extname, join } from 'node:path'
import type { OutputFormat, Picture } from '../contract/picture.ts'
import { extensionFor, ownFormat } from './formats.ts'
import { shortStem } from './short-stem.ts'

export type Surroundings = {
  /** Whether a path lies in the app's cache, where nobody looks for a saved picture. */
  isOurs: (path: string) => boolean
  /** Where a picture goes that has no folder of its own. */
  picturesFolder: string
  /** Paths that queued jobs will write. */
  promised: Set<string>
}

/** A free name beside the original: `photo-limpid.jpg`, `photo-limpid-2.jpg`, … */
export async function suggestTarget(
  picture: Picture,
  format: OutputFormat | undefined,
  { isOurs, picturesFolder, promised }: Surroundings,
): Promise<string> {
  const own = dirname(picture.path)
  const folder = !isOurs(picture.path) && (await isWritable(own)) ? own : picturesFolder
  const extension = extensionFor(format ?? ownFormat(picture), picture.name)
  const stem = join(folder, `${shortStem(basename(picture.name, extname(picture.name)))}-limpid`)
  const isFree = (path: string) => !existsSync(path) && !promised.has(path)
  let path = stem + extension
  for (let number = 2; !isFree(path); number++) path = `${stem}-${number}${extension}`
  return path
}

/** ~/Pictures where there is one. */
export function defaultPicturesFolder(): string {
  const pictures = join(homedir(), 'Pictures')
  return existsSync(pictures) ? pictures : homedir()
}

async function isWritable(folder: string): Promise<boolean> {
  return access(folder, constants.W_OK).then(
    () => true,
    () => false,
  )
}
