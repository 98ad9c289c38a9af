import type { DatabaseSync } from 'node:sqlite'
import { type Settings, settingsSchema } from '../contract/api.ts'
import { inTransaction } from './database.ts'

/** The user's settings, a row each in the table `settings`. */
export class SettingsStore {
  readonly #db: DatabaseSync
  #settings: Settings

  constructor(db: DatabaseSync) {
    this.#db = db
    this.#settings = read(db)
  }

  get all(): Settings {
    return this.#settings
  }

  save(changes: Partial<Settings>): Settings {
    const put = this.#db.prepare('INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)')
    inTransaction(this.#db, () => {
      for (const [key, value] of Object.entries(changes)) put.run(key, JSON.stringify(value))
    })
    this.#settings = { ...this.#settings, ...changes }
    return this.#settings
  }
}

/** A value that no longer fits (another version wrote it) gives way to its default. */
function read(db: DatabaseSync): Settings {
  const rows = db.prepare('SELECT key, value FROM settings').all() as { key: string; value: string }[]
  const stored = Object.fromEntries(rows.map(({ key, value }) => [key, JSON.parse(value)]))
  const fitting = Object.entries(settingsSchema.shape).filter(
    ([key, schema]) => schema.safeParse(stored[key]).success,
  )
  return settingsSchema.parse(Object.fromEntries(fitting.map(([key]) => [key, stored[key]])))
}
