import type { DatabaseSync } from 'node:sqlite'
import { type Job, jobSchema } from '../contract/api.ts'
import { inTransaction } from './database.ts'

/** A job as it stands in its row: what faces see of it, less its progress, and what was asked for. */
export type JobRecord = { job: Job; request: unknown }

type Row = {
  id: string
  kind: string
  picture_id: string
  state: string
  request: string
  error: string | null
  saved: string | null
}

/** The table `jobs`. */
export class JobStore {
  readonly #db: DatabaseSync

  constructor(db: DatabaseSync) {
    this.#db = db
  }

  /**
   * The jobs that the app's last end cut short, as `interrupted`, in their order. Finished ones are forgotten, and so are
   * saves for a browser: the page that would fetch them waits no more.
   */
  takeUp(): JobRecord[] {
    this.#db.exec(`UPDATE jobs SET state = 'interrupted' WHERE state IN ('queued', 'running');
      DELETE FROM jobs WHERE state <> 'interrupted' OR (kind = 'export' AND request ->> 'path' IS NULL);`)
    const rows = this.#db.prepare('SELECT * FROM jobs ORDER BY number').all() as unknown as Row[]
    return rows.map((row) => ({
      job: jobSchema.parse({
        id: row.id,
        kind: row.kind,
        pictureId: row.picture_id,
        state: row.state,
        progress: null,
        error: null,
        saved: null,
      }),
      request: JSON.parse(row.request),
    }))
  }

  /** All of them or none. */
  add(records: JobRecord[]): void {
    const insert = this.#db.prepare(
      'INSERT INTO jobs (id, kind, picture_id, state, request) VALUES (?, ?, ?, ?, ?)',
    )
    inTransaction(this.#db, () => {
      for (const { job, request } of records) {
        insert.run(job.id, job.kind, job.pictureId, job.state, JSON.stringify(request))
      }
    })
  }

  save({ id, state, error, saved }: Job): void {
    this.#db
      .prepare('UPDATE jobs SET state = ?, error = ?, saved = ? WHERE id = ?')
      .run(state, error && JSON.stringify(error), saved && JSON.stringify(saved), id)
  }
}
