/** The pictures on the filmstrip: which they are, what was read of them, what was made of them. */
import { randomUUID } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { EngineOutput } from '../contract/engine-protocol.ts'
import { type ErrorCode, LimpidError, toErrorData } from '../contract/errors.ts'
import type { Picture, Result } from '../contract/picture.ts'
import type { Step } from '../contract/step.ts'
import { databaseError } from './database-errors.ts'
import type { EngineProcess } from './engine-process.ts'
import type { Events } from './events.ts'
import { readError } from './file-errors.ts'
import { findPictures } from './find-pictures.ts'
import type { PictureCache } from './picture-cache.ts'
import { type PictureRecord, type PictureStore, UNREAD } from './picture-store.ts'
import { RowWriter } from './row-writer.ts'

/** What is wrong with a file that can't be had, whatever is in it. */
const LOST: readonly ErrorCode[] = ['file-not-found', 'file-unreadable']

export type LibraryParts = {
  store: PictureStore
  cache: PictureCache
  events: Events
  engine: EngineProcess
}

export class Library {
  readonly #parts: LibraryParts
  readonly #rows: RowWriter<PictureRecord>
  readonly #records = new Map<string, PictureRecord>()
  readonly #byPath = new Map<string, PictureRecord>()
  /** Ids of pictures to read. One at a time goes to the engine, so that a save never waits for a whole folder. */
  readonly #unread: string[] = []
  #reading: Promise<void> | null = null
  #closed = false

  constructor(parts: LibraryParts) {
    this.#parts = parts
    this.#rows = new RowWriter((record) => parts.store.save(record), parts.events)
  }

  /**
   * Takes up the pictures of last time. Changed ones are read anew. One whose file can't be had (its drive may be out) is
   * `failed` and keeps what was made of it, for when the file is back.
   */
  async load(): Promise<void> {
    const { store, cache } = this.#parts
    const records = store.load()
    const files = await Promise.all(records.map(({ picture }) => stat(picture.path).catch((error) => error)))
    for (const [index, record] of records.entries()) {
      const { id, path, state } = record.picture
      const file = files[index]
      this.#records.set(id, record)
      this.#byPath.set(path, record)
      if (file instanceof Error) this.#lose(record, file)
      else if (isChanged(record, file) || state === 'reading') this.#readAnew(record)
      else this.#takeBack(record)
      if (record.picture.state === 'ready' && !cache.hasViews(record.picture)) this.#readAnew(record)
      else if (record.picture.result && !cache.hasResult(record)) this.dropResult(id)
    }
    await cache.clean([...this.#records.values()])
  }

  get pictures(): Picture[] {
    return [...this.#records.values()].map(({ picture }) => picture)
  }

  get records(): Iterable<PictureRecord> {
    return this.#records.values()
  }

  picture(id: string): Picture | undefined {
    return this.#records.get(id)?.picture
  }

  /** Fails with `bad-request`. */
  record(id: string): PictureRecord {
    const record = this.#records.get(id)
    if (record) return record
    throw new LimpidError('bad-request', `There is no picture with the id ${id}.`, {
      hint: 'It was removed; open its file again.',
    })
  }

  /** Opens files and folders. They come back at once as `reading`; what became of each follows as an event. */
  async add(paths: string[]): Promise<{ pictures: Picture[]; errors: LimpidError[] }> {
    const pictures = new Map<string, Picture>()
    const errors: LimpidError[] = []
    for (const path of paths.map((path) => resolve(path))) {
      const entry = await stat(path).catch(() => null)
      const found = entry?.isDirectory() ? await findPictures(path) : { paths: [path], errors: [] }
      errors.push(...found.errors)
      for (const file of found.paths) {
        try {
          const { picture } = await this.#open(file)
          pictures.set(picture.id, picture)
        } catch (thrown) {
          const known = databaseError(thrown)
          errors.push(known instanceof LimpidError ? known : readError(thrown, file))
        }
      }
    }
    return { pictures: [...pictures.values()], errors }
  }

  async remove(id: string): Promise<void> {
    const record = this.#records.get(id)
    if (!record) return
    this.#parts.store.delete(id)
    this.#rows.forget(record)
    this.#records.delete(id)
    this.#byPath.delete(record.picture.path)
    this.#parts.events.emit({ type: 'picture-removed', id })
    await this.#parts.cache.remove(record.picture)
  }

  /** Looks whether the original changed on disk; if so it is read anew, and its result is dropped. */
  async refresh(id: string): Promise<boolean> {
    const record = this.record(id)
    const file = await stat(record.picture.path).catch((error) => {
      throw readError(error, record.picture.path)
    })
    if (!isChanged(record, file)) {
      this.#takeBack(record)
      return false
    }
    record.fileModifiedMs = file.mtimeMs
    record.fileBytes = file.size
    this.#readAnew(record)
    return true
  }

  /** A file was written by the app: if it is on the filmstrip it has changed. */
  async written(path: string): Promise<void> {
    const record = this.#byPath.get(resolve(path))
    // If it can't be looked at, that shows when it is next used.
    if (record) await this.refresh(record.picture.id).catch(() => false)
  }

  async keepResult(id: string, run: string, steps: Step[], output: EngineOutput<'restore'>): Promise<void> {
    const record = this.#records.get(id)
    const { cache } = this.#parts
    if (!record) return cache.removeRun(id, run)
    const older = record.resultFile
    record.version++
    record.resultFile = join(run, basename(output.result))
    record.resultBytes = await cache.bytesOf(id, run)
    record.usedMs = Date.now()
    const { view, noiseMap, removedNoise, seconds, backend, width, height } = output
    const media = (name: string) => cache.mediaPath(id, join(run, basename(name)), record.version)
    const made = { view: media(view), noiseMap: noiseMap === null ? null : media(noiseMap) }
    this.#change(record, {
      result: { steps, ...made, removedNoise, width, height, seconds, backend, savedTo: null },
    })
    if (older) await cache.removeRun(id, dirname(older))
  }

  dropResult(id: string): void {
    const record = this.record(id)
    this.#forgetResult(record)
    this.#change(record, { result: null })
  }

  /** A result was saved; `path` null: as a download. */
  saved(id: string, path: string | null): void {
    const record = this.#records.get(id)
    if (!record?.picture.result) return
    record.usedMs = Date.now()
    const saved: Partial<Result> = path === null ? { downloaded: true } : { savedTo: path }
    this.#change(record, { result: { ...record.picture.result, ...saved } })
  }

  /** Resolves when nothing is being read. */
  async close(): Promise<void> {
    this.#closed = true
    this.#unread.length = 0
    await this.#reading
    this.#rows.flush()
  }

  async #open(path: string): Promise<PictureRecord> {
    const known = this.#byPath.get(path)
    if (known) {
      const changed = await this.refresh(known.picture.id)
      if (!changed && known.picture.state === 'failed') this.#readAnew(known)
      return known
    }
    const file = await stat(path)
    if (!file.isFile()) throw new LimpidError('not-a-picture', `${path} is not a file.`, { file: path })
    const opened = this.#byPath.get(path)
    if (opened) return opened // by another call, meanwhile
    const id = randomUUID()
    const uploaded = this.#parts.cache.isUploaded(path)
    const picture: Picture = { id, name: basename(path), path, uploaded, state: 'reading', ...UNREAD }
    const record: PictureRecord = {
      picture,
      fileModifiedMs: file.mtimeMs,
      fileBytes: file.size,
      version: 0,
      resultFile: null,
      resultBytes: 0,
      usedMs: 0,
    }
    this.#parts.store.save(record) // jobs refer to its row: without one there is no picture
    this.#records.set(id, record)
    this.#byPath.set(path, record)
    this.#parts.events.emit({ type: 'picture', picture })
    this.#readSoon(id)
    return record
  }

  #lose(record: PictureRecord, cause: Error): void {
    const { path, state } = record.picture
    // What is being read has views of what the file was before, or none.
    const unread = state === 'reading' ? UNREAD : {}
    this.#change(record, { ...unread, state: 'failed', error: readError(cause, path).toData() })
  }

  /** The file is there, as it was when it was read: if it could not be had in between, it can again. */
  #takeBack(record: PictureRecord): void {
    const { picture } = record
    if (picture.state !== 'failed' || !picture.error || !LOST.includes(picture.error.code)) return
    if (this.#parts.cache.hasViews(picture)) this.#change(record, { state: 'ready', error: null })
    else this.#readAnew(record)
  }

  #readAnew(record: PictureRecord): void {
    const { id } = record.picture
    this.#forgetResult(record)
    this.#change(record, { state: 'reading', error: null, result: null })
    this.#readSoon(id)
  }

  #readSoon(id: string): void {
    if (!this.#unread.includes(id)) this.#unread.push(id)
    this.#reading ??= this.#readAll()
  }

  async #readAll(): Promise<void> {
    try {
      for (let id = this.#unread.shift(); id !== undefined; id = this.#unread.shift()) {
        const record = this.#records.get(id)
        if (record) await this.#read(record)
      }
    } finally {
      this.#reading = null
    }
  }

  async #read(record: PictureRecord): Promise<void> {
    const { path, id } = record.picture
    const { engine, cache } = this.#parts
    let changes: Partial<Picture>
    try {
      const file = await stat(path).catch((error) => {
        throw readError(error, path)
      })
      // As of before the reading: a change during it shows as one.
      record.fileModifiedMs = file.mtimeMs
      record.fileBytes = file.size
      const folder = await cache.makeFolder(id)
      const { info, noise, ...made } = await engine.run('inspect', { path, folder })
      record.version++
      const media = (name: string) => cache.mediaPath(id, basename(name), record.version)
      changes = {
        state: 'ready',
        error: null,
        info,
        noise,
        noiseMap: made.noiseMap === null ? null : media(made.noiseMap),
        thumbnail: media(made.thumbnail),
        view: media(made.view),
      }
    } catch (thrown) {
      this.#forgetResult(record)
      changes = { ...UNREAD, state: 'failed', error: { file: path, ...toErrorData(thrown) } }
    }
    // After a close it stays `reading`, and is read at the next start.
    if (this.#closed) return
    if (this.#records.has(id)) this.#change(record, changes)
    else await cache.removeMade(id)
  }

  #forgetResult(record: PictureRecord): void {
    const older = record.resultFile
    record.resultFile = null
    record.resultBytes = 0
    if (older) void this.#parts.cache.removeRun(record.picture.id, dirname(older))
  }

  #change(record: PictureRecord, changes: Partial<Picture>): void {
    if (this.#records.get(record.picture.id) !== record) return // removed meanwhile: its row must not come back
    record.picture = { ...record.picture, ...changes }
    this.#rows.write(record)
    this.#parts.events.emit({ type: 'picture', picture: record.picture })
  }
}

function isChanged(record: PictureRecord, file: { mtimeMs: number; size: number }): boolean {
  return file.mtimeMs !== record.fileModifiedMs || file.size !== record.fileBytes
}
