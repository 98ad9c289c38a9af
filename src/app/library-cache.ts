/**
 * Each library has a cache of its own, since it takes away from it what it does not know. A file in it names the
 * library's data folder. The first library that comes has the cache folder itself; the others have a folder below it.
 */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, realpath, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Picture } from '../contract/picture.ts'
import { writeError } from './file-errors.ts'
import { PictureCache } from './picture-cache.ts'

const SIGN = 'library.txt'

/** @param pictures of that library, asked for where no cache is signed by it: it may have been moved, or be older than signs */
export async function ownCache(
  cacheFolder: string,
  dataFolder: string,
  pictures: () => Picture[],
): Promise<PictureCache> {
  const library = await realpath(dataFolder)
  const below = join(cacheFolder, 'libraries')
  const names = await readdir(below).catch(() => [])
  const caches = await Promise.all(
    [cacheFolder, ...names.map((name) => join(below, name))].map(async (folder) => ({
      cache: new PictureCache(folder),
      owner: await readFile(join(folder, SIGN), 'utf8').catch(() => null),
    })),
  )
  const own = caches.find(({ owner }) => owner === library)
  if (own) return own.cache

  const known = pictures()
  const isLeft = (owner: string | null) => owner === null || !existsSync(join(owner, 'limpid.db'))
  const left = caches.find(
    ({ cache, owner }) => isLeft(owner) && known.some((picture) => cache.holds(picture)),
  )
  if (left) return sign(left.cache, library, left.owner === null)
  const [first] = caches
  if (first.owner === null && first.cache.isEmpty) return sign(first.cache, library, true)
  return sign(new PictureCache(join(below, randomUUID())), library, true)

  async function sign(cache: PictureCache, name: string, isNew: boolean): Promise<PictureCache> {
    const path = join(cache.root, SIGN)
    try {
      await mkdir(cache.root, { recursive: true })
      await writeFile(path, name, { flag: isNew ? 'wx' : 'w' })
      return cache
    } catch (cause) {
      // Another library that starts just now was faster.
      if ((cause as NodeJS.ErrnoException).code === 'EEXIST')
        return ownCache(cacheFolder, dataFolder, pictures)
      throw writeError(cause, path)
    }
  }
}
