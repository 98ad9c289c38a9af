import { toErrorData } from '../contract/errors.ts'
import { databaseError } from './database-errors.ts'
import type { Events } from './events.ts'

/**
 * Writes rows of what has already happened, which a drive without room, or another program's lock, can't undo: the app
 * goes on with what it knows. Faces are told once, and what could not be written is written with the next row that can.
 */
export class RowWriter<Row> {
  readonly #save: (row: Row) => void
  readonly #events: Events
  readonly #unwritten = new Set<Row>()
  #failing = false

  constructor(save: (row: Row) => void, events: Events) {
    this.#save = save
    this.#events = events
  }

  /** @param row as it is then: it may be written later, as it is by that time */
  write(row: Row): void {
    this.#try([row])
  }

  /** Tries once more what could not be written. */
  flush(): void {
    this.#try([])
  }

  forget(row: Row): void {
    this.#unwritten.delete(row)
  }

  #try(rows: Row[]): void {
    const all = new Set([...rows, ...this.#unwritten])
    for (const row of rows) this.#unwritten.add(row)
    try {
      for (const row of all) {
        this.#save(row)
        this.#unwritten.delete(row)
      }
      this.#failing = false
    } catch (thrown) {
      if (!this.#failing) this.#events.emit({ type: 'error', error: toErrorData(databaseError(thrown)) })
      this.#failing = true
    }
  }
}
