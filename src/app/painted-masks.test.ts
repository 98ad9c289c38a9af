import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { paintedMaskName, type Step } from '../contract/step.ts'
import { type TestApp, testApp, writeModel } from './testing/test-app.ts'

const fillIn = (path: string): Step[] => [
  { task: 'inpaint', model: 'inpaint-test', mask: { kind: 'file', path }, strength: 1 },
]

async function painted(): Promise<TestApp & { paint(id: string, ageMs?: number): Promise<string> }> {
  const t = await testApp()
  writeModel(join(t.folder, 'models', 'inpaint-test'), { id: 'inpaint-test', task: 'inpaint' })
  return Object.assign(t, {
    async paint(id: string, ageMs = 0) {
      const path = await t.app.keepPicture(paintedMaskName(id), [Buffer.from('mask')], { uploaded: true })
      const then = (Date.now() - ageMs) / 1000
      utimesSync(path, then, then)
      return path
    },
  })
}

test('a mask takes the place of the one before it, and goes with its picture', async () => {
  const t = await painted()
  const [a, b] = await t.add(t.write('a.png'), t.write('b.png'))
  const first = await t.paint(a.id, 1000)
  const others = await t.paint(b.id, 1000)
  const second = await t.paint(a.id)
  expect([first, others, second].map(existsSync)).toEqual([false, true, true])
  await t.app.removePictures({ ids: [a.id] })
  await vi.waitFor(() => expect(existsSync(second)).toBe(false))
  expect(existsSync(others)).toBe(true)
})

test('the mask of an interrupted job is there when it is resumed, and goes once it is done with', async () => {
  const t = await painted()
  const [{ id }] = await t.add(t.write('slow.png'))
  const first = await t.paint(id, 1000)
  const { jobs } = await t.app.restore({ ids: [id], steps: fillIn(first) })
  await t.jobIs(jobs[0].id, 'running')
  const second = await t.paint(id)
  await t.reopen()
  expect([first, second].map(existsSync)).toEqual([true, true])
  await t.app.resumeJobs({})
  await t.jobIs(jobs[0].id, 'running')
  await t.app.cancelJobs({ ids: [jobs[0].id] })
  await t.jobIs(jobs[0].id, 'cancelled')
  // The window may still hold the newest; the next start finds the older one needed no more.
  await t.reopen()
  expect([first, second].map(existsSync)).toEqual([false, true])
})

test('masks of pictures that are gone are taken away at the next start', async () => {
  const t = await painted()
  const [{ id }] = await t.add(t.write('a.png'))
  const mask = await t.paint(id)
  const cut = join(t.folder, 'cache/uploads', 'cut-short')
  await t.app.close()
  mkdirSync(cut)
  writeFileSync(join(cut, paintedMaskName(randomUUID())), 'half a m')
  await t.reopen()
  expect(
    readdirSync(join(t.folder, 'cache/uploads')).map((name) => join(t.folder, 'cache/uploads', name)),
  ).toEqual([join(mask, '..')])
})

test("a user's own picture that is called like one stays", async () => {
  const t = await painted()
  const path = await t.app.keepPicture('portrait.mask.png', [Buffer.from('a portrait')], { uploaded: true })
  expect(existsSync(path)).toBe(true)
  const [{ id, state }] = await t.add(path)
  expect(state).toBe('ready')
  await t.paint(id)
  await t.reopen()
  expect(existsSync(path)).toBe(true)
})
