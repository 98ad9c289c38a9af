import type { DatabaseSync } from 'node:sqlite'
import { type Picture, pictureSchema } from '../contract/picture.ts'

/** A picture on the filmstrip with what the app alone knows of it. */
export type PictureRecord = {
  picture: Picture
  /** Of the original when it was read. */
  fileModifiedMs: number
  fileBytes: number
  /** Counts what was made of it, so that a window never shows an older file from its cache. */
  version: number
  /** `<run>/result.tif` below the picture's cache folder. */
  resultFile: string | null
  /** Of all files of the result. */
  resultBytes: number
  /** When the result was last made or saved. */
  usedMs: number
}

type Row = {
  file_modified_ms: number
  file_bytes: number
  version: number
  result_file: string | null
  result_bytes: number
  used_ms: number
  picture: string
}

/** The table `pictures`. */
export class PictureStore {
  readonly #db: DatabaseSync

  constructor(db: DatabaseSync) {
    this.#db = db
  }

  /** In the order that they were added. One that another version wrote in a way that no longer fits is read anew. */
  load(): PictureRecord[] {
    const rows = this.#db.prepare('SELECT * FROM pictures ORDER BY position').all() as unknown as Row[]
    return rows.flatMap((row) => {
      const stored = JSON.parse(row.picture)
      const picture = pictureSchema.safeParse(stored)
      const reread = pictureSchema.safeParse({ ...stored, ...UNREAD, state: 'reading' })
      if (!picture.success && !reread.success) return []
      return {
        picture: (picture.data ?? reread.data)!,
        fileModifiedMs: row.file_modified_ms,
        fileBytes: row.file_bytes,
        version: row.version,
        resultFile: row.result_file,
        resultBytes: row.result_bytes,
        usedMs: row.used_ms,
      }
    })
  }

  save(record: PictureRecord): void {
    const { picture } = record
    this.#db
      .prepare(
        `INSERT INTO pictures (id, path, position, file_modified_ms, file_bytes, version, result_file, result_bytes,
           used_ms, picture)
         VALUES (?, ?, (SELECT coalesce(max(position), 0) + 1 FROM pictures), ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET file_modified_ms = excluded.file_modified_ms,
           file_bytes = excluded.file_bytes, version = excluded.version, result_file = excluded.result_file,
           result_bytes = excluded.result_bytes, used_ms = excluded.used_ms, picture = excluded.picture`,
      )
      .run(
        picture.id,
        picture.path,
        record.fileModifiedMs,
        record.fileBytes,
        record.version,
        record.resultFile,
        record.resultBytes,
        record.usedMs,
        JSON.stringify(picture),
      )
  }

  /** And its jobs. */
  delete(id: string): void {
    this.#db.prepare('DELETE FROM pictures WHERE id = ?').run(id)
  }
}

/** What a picture is before it has been read. */
export const UNREAD = {
  error: null,
  info: null,
  noise: null,
  noiseMap: null,
  thumbnail: null,
  view: null,
  result: null,
} satisfies Partial<Picture>
