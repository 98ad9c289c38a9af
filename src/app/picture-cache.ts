/**
 * What was made of a library's pictures, on disk, below its own cache (library-cache.ts):
 *   pictures/<id>/thumbnail.*, view.*, noise-map.png   of the original
 *   pictures/<id>/<run>/result.tif, result-view.*   a folder for each run, so that a result is whole or not there
 *   downloads/<job>/<name>                     saved for a browser, until a while after it has fetched it
 *   uploads/<uuid>/<name>, kept/<uuid>/<name>  originals that came as bytes (kept-pictures.ts), and painted masks
 */
import { existsSync } from 'node:fs'
import { mkdir, readdir, rm, stat, statfs } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import type { Picture } from '../contract/picture.ts'
import { isPaintedMask } from '../contract/step.ts'
import { writeError } from './file-errors.ts'
import { isBelow } from './is-below.ts'
import type { PictureRecord } from './picture-store.ts'

export class PictureCache {
  readonly root: string

  constructor(root: string) {
    this.root = root
  }

  folder(id: string): string {
    return join(this.root, 'pictures', id)
  }

  /** The picture's folder, or one of its runs', made. */
  async makeFolder(id: string, run = ''): Promise<string> {
    const folder = join(this.folder(id), run)
    await mkdir(folder, { recursive: true }).catch((cause) => {
      throw writeError(cause, folder)
    })
    return folder
  }

  get uploads(): string {
    return join(this.root, 'uploads')
  }

  get kept(): string {
    return join(this.root, 'kept')
  }

  get downloads(): string {
    return join(this.root, 'downloads')
  }

  get isEmpty(): boolean {
    return ![join(this.root, 'pictures'), this.uploads, this.kept].some((room) => existsSync(room))
  }

  /** Whether it has the picture's original, or what was made of it. */
  holds({ id, path }: Picture): boolean {
    return this.#isKept(path) || existsSync(this.folder(id))
  }

  isUploaded(path: string): boolean {
    return isBelow(path, this.uploads)
  }

  contains(path: string): boolean {
    return isBelow(path, this.root)
  }

  /** As a face serves it: `pictures/<id>/<file>?v=<version>`. */
  mediaPath(id: string, file: string, version: number): string {
    return `pictures/${id}/${file.split(sep).map(encodeURIComponent).join('/')}?v=${version}`
  }

  /** The file that a media path means. */
  fileOf(mediaPath: string): string {
    const [path] = mediaPath.split('?')
    return join(this.root, ...path.split('/').map(decodeURIComponent))
  }

  hasViews({ thumbnail, view }: Picture): boolean {
    return [thumbnail, view].every((media) => media !== null && existsSync(this.fileOf(media)))
  }

  hasResult({ picture, resultFile }: PictureRecord): boolean {
    if (!picture.result || !resultFile) return false
    return (
      existsSync(this.fileOf(picture.result.view)) && existsSync(join(this.folder(picture.id), resultFile))
    )
  }

  /** Bytes of all files of a run. */
  async bytesOf(id: string, run: string): Promise<number> {
    const folder = join(this.folder(id), run)
    const sizes = (await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size)
    return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
  }

  /** On its drive, bytes. */
  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.root)
    return bavail * bsize
  }

  async removeRun(id: string, run: string): Promise<void> {
    await remove(join(this.folder(id), run))
  }

  /** Whoever is reading it now reads it to its end. */
  async removeDownload(job: string): Promise<void> {
    await remove(join(this.downloads, job))
  }

  /** All that was made of a picture. */
  async removeMade(id: string): Promise<void> {
    await remove(this.folder(id))
  }

  /** That, and the original where it is our own copy. */
  async remove({ id, path }: Picture): Promise<void> {
    await this.removeMade(id)
    if (this.#isKept(path)) await remove(dirname(path))
  }

  #isKept(path: string): boolean {
    return isBelow(path, this.uploads) || isBelow(path, this.kept)
  }

  /**
   * Takes away what belongs to no picture: of removed ones, of runs that a crash cut short, old downloads. Masks are left
   * to painted-masks.ts.
   */
  async clean(records: PictureRecord[]): Promise<void> {
    const wanted = new Set<string>()
    for (const { picture, resultFile } of records) {
      wanted.add(this.folder(picture.id)).add(dirname(picture.path))
      if (resultFile) wanted.add(dirname(join(this.folder(picture.id), resultFile)))
    }
    const rooms = [join(this.root, 'pictures'), this.uploads, this.kept, this.downloads]
    const runs = records.map(({ picture }) => this.folder(picture.id))
    for (const parent of [...rooms, ...runs]) {
      const entries = await readdir(parent, { withFileTypes: true }).catch(() => [])
      for (const entry of entries) {
        const folder = join(parent, entry.name)
        if (!entry.isDirectory() || wanted.has(folder)) continue
        const names = await readdir(folder).catch(() => null) // it may be going already
        if (names && !names.some(isPaintedMask)) await remove(folder)
      }
    }
  }
}

async function remove(folder: string): Promise<void> {
  // A cache that can't be tidied now is tidied at the next start.
  await rm(folder, { recursive: true, force: true }).catch(() => {})
}
