import type { DatabaseSync } from 'node:sqlite'
import type { z } from 'zod'
import { type LabData, type LabRun, labDataSchema, labRunSchema } from '../../contract/lab-run.ts'

/** A run as it stands in its row: what faces see of it, and whether it is to be finished with what it has. */
export type RunRecord = { run: LabRun; finishing: boolean }

type Row = { value: string; finishing: number }

/** The tables `lab_data` and `lab_runs`. */
export class LabStore {
  readonly #db: DatabaseSync

  constructor(db: DatabaseSync) {
    this.#db = db
  }

  data(): LabData[] {
    const rows = this.#db.prepare('SELECT data AS value FROM lab_data ORDER BY number').all() as Row[]
    return rows.flatMap(({ value }) => fitting(labDataSchema, value))
  }

  saveData(data: LabData): void {
    this.#db.prepare('INSERT INTO lab_data (id, data) VALUES (?, ?)').run(data.id, JSON.stringify(data))
  }

  removeData(id: string): void {
    this.#db.prepare('DELETE FROM lab_data WHERE id = ?').run(id)
  }

  /** In the order in which they were asked for. */
  runs(): RunRecord[] {
    const rows = this.#db
      .prepare('SELECT run AS value, finishing FROM lab_runs ORDER BY number')
      .all() as Row[]
    return rows.flatMap(({ value, finishing }) =>
      fitting(labRunSchema, value).map((run) => ({ run, finishing: finishing === 1 })),
    )
  }

  saveRun({ run, finishing }: RunRecord): void {
    const kept = JSON.stringify({ ...run, progress: null })
    this.#db
      .prepare(
        `INSERT INTO lab_runs (id, run, finishing) VALUES (?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET run = excluded.run, finishing = excluded.finishing`,
      )
      .run(run.id, kept, finishing ? 1 : 0)
  }

  removeRun(id: string): void {
    this.#db.prepare('DELETE FROM lab_runs WHERE id = ?').run(id)
  }
}

/** What no longer fits (another version wrote it) is passed over; its files stay. */
function fitting<T>(schema: z.ZodType<T>, text: string): T[] {
  const result = schema.safeParse(JSON.parse(text))
  return result.success ? [result.data] : []
}
