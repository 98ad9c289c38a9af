import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDatabase } from './database.ts'
import { SettingsStore } from './settings.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'limpid-db-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('settings outlive the app, each by itself', () => {
  const first = openDatabase(folder)
  const settings = new SettingsStore(first.db)
  expect(settings.all).toEqual({ theme: 'dark', backend: null, strength: 1 })
  settings.save({ strength: 0.5 })
  settings.save({ theme: 'light' })
  first.close()
  const second = openDatabase(folder)
  expect(new SettingsStore(second.db).all).toEqual({ theme: 'light', backend: null, strength: 0.5 })
  second.close()
})

test('a setting that another version wrote gives way to its default; the others stay', () => {
  const { db, close } = openDatabase(folder)
  new SettingsStore(db).save({ theme: 'light', strength: 0.5 })
  db.exec(`UPDATE settings SET value = '"sepia"' WHERE key = 'theme'`)
  expect(new SettingsStore(db).all).toEqual({ theme: 'dark', backend: null, strength: 0.5 })
  close()
})

test('a second app on the same folder is told so, until the first has closed', () => {
  const first = openDatabase(folder)
  expect(() => openDatabase(folder)).toThrow('already running')
  first.close()
  openDatabase(folder).close()
})

test('a library of a newer Limpid is left alone', () => {
  openDatabase(folder).close()
  const newer = new DatabaseSync(join(folder, 'limpid.db'))
  newer.exec('PRAGMA user_version = 99')
  newer.close()
  expect(() => openDatabase(folder)).toThrow('newer Limpid')
})

test('a file that is no database is named, and not written over', () => {
  writeFileSync(join(folder, 'limpid.db'), 'not a database at all, but some other file of that name')
  expect(() => openDatabase(folder)).toThrow(join(folder, 'limpid.db'))
})

test('a data folder that can’t be made is an error that names it', () => {
  writeFileSync(join(folder, 'file'), '')
  mkdirSync(join(folder, 'other'))
  expect(() => openDatabase(join(folder, 'file'))).toThrow(join(folder, 'file'))
})
