/** A library that can't be written for a while: triggers on its tables fail every change, as a full drive would. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import type { ErrorData } from '../contract/errors.ts'
import { inTransaction } from './database.ts'
import { databaseError } from './database-errors.ts'
import { DENOISE, type TestApp, testApp } from './testing/test-app.ts'

const steps = [...DENOISE]

/** Of the app's own file, through another connection. */
function changeable(t: TestApp, may: boolean): void {
  const db = new DatabaseSync(join(t.folder, 'data/limpid.db'), { timeout: 5000 })
  for (const table of ['pictures', 'jobs']) {
    for (const change of ['INSERT', 'UPDATE', 'DELETE']) {
      const name = `no_${change}_${table}`
      if (may) db.exec(`DROP TRIGGER ${name}`)
      else
        db.exec(`CREATE TRIGGER ${name} BEFORE ${change} ON ${table} BEGIN SELECT RAISE(ABORT, 'full'); END`)
    }
  }
  db.close()
}

function errorsOf(t: TestApp): ErrorData[] {
  const errors: ErrorData[] = []
  void (async () => {
    for await (const event of t.app.events()) if (event.type === 'error') errors.push(event.error)
  })()
  return errors
}

test('jobs end and the next ones begin while the library can’t be written; a person is told once, and it is written later', async () => {
  const t = await testApp()
  const errors = errorsOf(t)
  const [slow, next] = await t.add(t.write('slow.png'), t.write('next.png'))
  const { jobs } = await t.app.restore({ ids: [slow.id, next.id], steps })
  await t.jobIs(jobs[0].id, 'running')
  changeable(t, false)
  await t.app.cancelJobs({ ids: [jobs[0].id] })
  await t.jobIs(jobs[0].id, 'cancelled')
  await t.jobIs(jobs[1].id, 'done')
  expect(errors.length).toBeLessThanOrEqual(2) // of its pictures, and of its jobs
  expect(errors[0].message).toContain('full')
  changeable(t, true)
  const { result } = await t.picture(next.id)
  expect(existsSync(t.app.media(result!.view)!)).toBe(true)
  await t.reopen()
  expect((await t.app.state({})).jobs).toEqual([])
  expect((await t.picture(next.id)).result).toEqual(result)
  expect(existsSync(t.app.media(result!.view)!)).toBe(true)
})

test('pictures are read while the library can’t be written; one that can’t be added is not there, and can be later', async () => {
  const t = await testApp()
  const [kept] = await t.add(t.write('kept.png'))
  t.write('kept.png', 'of another length')
  changeable(t, false)
  const [anew] = await t.add(kept.path)
  expect(anew).toMatchObject({ id: kept.id, state: 'ready', info: { width: 'of another length'.length } })
  const other = t.write('other.png')
  const refused = await t.app.addPictures({ paths: [other] })
  expect(refused).toMatchObject({ pictures: [], errors: [{ file: other }] })
  await expect(t.app.removePictures({ ids: [kept.id] })).rejects.toThrow('full')
  expect((await t.app.state({})).pictures.map(({ id }) => id)).toEqual([kept.id])
  changeable(t, true)
  expect(await t.add(other)).toMatchObject([{ state: 'ready' }])
  await t.reopen()
  expect((await t.app.state({})).pictures).toMatchObject([
    { id: kept.id, state: 'ready', info: { width: 'of another length'.length } },
    { path: other, state: 'ready' },
  ])
})

test('a full drive and another program’s lock are told in a person’s words', () => {
  const folder = mkdtempSync(join(tmpdir(), 'limpid-full-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const [db, other] = [1, 2].map(() => new DatabaseSync(join(folder, 'a.db'), { timeout: 1 }))
  db.exec('CREATE TABLE a (b TEXT)')
  const thrownBy = (work: () => unknown) => {
    try {
      work()
    } catch (thrown) {
      return databaseError(thrown)
    }
  }
  const fill = () => db.prepare('INSERT INTO a VALUES (?)').run('x'.repeat(100_000))
  other.exec('BEGIN IMMEDIATE')
  expect(thrownBy(fill)).toMatchObject({ code: 'file-unwritable' })
  other.exec('ROLLBACK')
  db.exec('PRAGMA max_page_count = 4')
  expect(thrownBy(() => inTransaction(db, fill))).toMatchObject({ code: 'disk-full' })
  expect(thrownBy(() => db.exec('INSERT INTO nowhere VALUES (1)'))).not.toHaveProperty('hint')
  for (const each of [db, other]) each.close()
})
