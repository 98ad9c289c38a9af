/** The app's state on disk: pictures on the filmstrip, jobs, settings. One process at a time has it open. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { LimpidError } from '../contract/errors.ts'
import { writeError } from './file-errors.ts'

/** How long another program's lock on the database (a backup's, say) is waited for. */
const BUSY_MS = 5000

/** Each takes the schema one version up; `user_version` counts those done. Only ever add to the end. */
const MIGRATIONS = [
  `CREATE TABLE pictures (
     id TEXT PRIMARY KEY,
     path TEXT NOT NULL UNIQUE,
     position INTEGER NOT NULL,      -- on the filmstrip
     file_modified_ms REAL NOT NULL, -- of the original when it was read
     file_bytes INTEGER NOT NULL,
     version INTEGER NOT NULL,       -- counts what was made of it; the v of its media URLs
     result_file TEXT,               -- path of result.tif below the picture's cache folder
     result_bytes INTEGER NOT NULL,  -- of all files of the result
     used_ms REAL NOT NULL,          -- when the result was last made or saved
     picture TEXT NOT NULL           -- JSON, contract/picture.ts
   ) STRICT;
   CREATE TABLE jobs (
     number INTEGER PRIMARY KEY AUTOINCREMENT, -- jobs run in this order
     id TEXT NOT NULL UNIQUE,
     kind TEXT NOT NULL,
     picture_id TEXT NOT NULL REFERENCES pictures (id) ON DELETE CASCADE,
     state TEXT NOT NULL,
     request TEXT NOT NULL,          -- JSON, by kind
     error TEXT,                     -- JSON, contract/error-schema.ts
     saved TEXT                      -- JSON, contract/api.ts
   ) STRICT;
   CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;`,
  `CREATE TABLE lab_data (
     number INTEGER PRIMARY KEY AUTOINCREMENT, -- listed in this order
     id TEXT NOT NULL UNIQUE,
     data TEXT NOT NULL              -- JSON, contract/lab-run.ts
   ) STRICT;
   CREATE TABLE lab_runs (
     number INTEGER PRIMARY KEY AUTOINCREMENT, -- trained in this order
     id TEXT NOT NULL UNIQUE,
     run TEXT NOT NULL,              -- JSON, contract/lab-run.ts, less its progress
     finishing INTEGER NOT NULL      -- 1: no more steps, the model is made of what there is
   ) STRICT;`,
]

/** Opens `<dataFolder>/limpid.db`, brings it up to date, and keeps other processes out until `close`. */
export function openDatabase(dataFolder: string): { db: DatabaseSync; close: () => void } {
  try {
    mkdirSync(dataFolder, { recursive: true })
  } catch (cause) {
    throw writeError(cause, dataFolder)
  }
  const lock = lockFolder(dataFolder)
  const file = join(dataFolder, 'limpid.db')
  try {
    const db = new DatabaseSync(file, { timeout: BUSY_MS })
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;')
    migrate(db, file)
    const close = () => {
      db.close()
      lock.close()
    }
    return { db, close }
  } catch (cause) {
    lock.close()
    if (cause instanceof LimpidError) throw cause
    throw new LimpidError('file-unreadable', `Limpid's library ${file} cannot be opened: ${String(cause)}`, {
      hint: 'Move that file away to start with an empty library; your pictures are not in it.',
      file,
      cause,
    })
  }
}

/** All of `work` or nothing of it. */
export function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    db.exec('COMMIT')
    return result
  } catch (error) {
    // On a full drive SQLite has rolled back by itself.
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}

/** An exclusive SQLite transaction is a lock that the system lets go of however the process dies. */
function lockFolder(dataFolder: string): DatabaseSync {
  const file = join(dataFolder, 'lock.db')
  try {
    const lock = new DatabaseSync(file)
    try {
      lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
      return lock
    } catch (error) {
      lock.close()
      throw error
    }
  } catch (cause) {
    const busy = /locked|busy/i.test(String(cause))
    if (!busy) throw writeError(cause, file)
    throw new LimpidError('file-unwritable', `Limpid is already running on ${dataFolder}.`, {
      hint: 'Go on in the window or page that is open, or close it first.',
      file: dataFolder,
      cause,
    })
  }
}

function migrate(db: DatabaseSync, file: string): void {
  const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number }
  if (version > MIGRATIONS.length) {
    throw new LimpidError('file-unreadable', `${file} was written by a newer Limpid.`, {
      hint: 'Update Limpid, or set LIMPID_HOME to another folder.',
      file,
    })
  }
  for (let done = version; done < MIGRATIONS.length; done++) {
    inTransaction(db, () => db.exec(`${MIGRATIONS[done]}; PRAGMA user_version = ${done + 1}`))
  }
}
