import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { paintedMaskName } from '../contract/step.ts'
import { openApp } from './app.ts'
import { PictureCache } from './picture-cache.ts'
import { DENOISE, FAKE_ENGINE, type TestApp, testApp } from './testing/test-app.ts'

/** What is lost with a cache: a pasted original, its result, a mask painted over it. */
async function filled(): Promise<TestApp & { check(): Promise<void> }> {
  const t = await testApp()
  const pasted = await t.app.keepPicture('pasted.png', [Buffer.from('pasted')], { uploaded: false })
  const [{ id }] = await t.add(pasted)
  const { jobs } = await t.app.restore({ ids: [id], steps: [...DENOISE] })
  await t.jobIs(jobs[0].id, 'done')
  const mask = await t.app.keepPicture(paintedMaskName(id), [Buffer.from('mask')], { uploaded: true })
  return Object.assign(t, {
    async check() {
      expect(readFileSync(pasted, 'utf8')).toBe('pasted')
      expect(existsSync(mask)).toBe(true)
      const { state, result } = await t.picture(id)
      expect(state).toBe('ready')
      expect(readFileSync(t.app.media(result!.view)!, 'utf8')).toContain('pasted')
    },
  })
}

/** Starts and ends an app on another data folder and the same cache; it keeps a picture of its own. */
async function startAnother(t: TestApp, dataFolder: string): Promise<string> {
  const other = await openApp({
    dataFolder: join(t.folder, dataFolder),
    cacheFolder: join(t.folder, 'cache'),
    engineEntry: FAKE_ENGINE,
    shippedModels: join(t.folder, 'models'),
  })
  const path = await other.keepPicture('others.png', [Buffer.from('others')], { uploaded: true })
  await other.addPictures({ paths: [path] })
  await other.close()
  return path
}

test('another library on the same cache folder takes nothing of the first, nor the first of it', async () => {
  const t = await filled()
  const others = await startAnother(t, 'other')
  await t.reopen()
  await t.check()
  expect(existsSync(others)).toBe(true)
  await startAnother(t, 'other')
  expect(existsSync(others)).toBe(true)
  await t.reopen()
  await t.check()
})

test('a cache of before caches were signed stays with the library that made it, whichever starts first', async () => {
  const t = await filled()
  await t.app.close()
  rmSync(join(t.folder, 'cache/library.txt'))
  await startAnother(t, 'other')
  await t.reopen()
  await t.check()
  await startAnother(t, 'other')
  await t.reopen()
  await t.check()
})

test('a library that was moved has its cache still; a copy of it has another', async () => {
  const t = await filled()
  const data = join(t.folder, 'data')
  await t.app.close()
  mkdirSync(join(t.folder, 'copies'))
  cpSync(data, join(t.folder, 'copies/data'), { recursive: true })
  await startAnother(t, 'copies/data')
  await t.reopen()
  await t.check()
  await t.app.close()
  renameSync(data, join(t.folder, 'moved'))
  await startAnother(t, 'moved')
  renameSync(join(t.folder, 'moved'), data)
  await t.reopen()
  await t.check()
})

test('tidying a cache minds no folder that goes meanwhile, as that of a result just dropped', async () => {
  const root = mkdtempSync(join(tmpdir(), 'limpid-cache-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  const cache = new PictureCache(root)
  const folders = Array.from({ length: 200 }, (_, i) => join(cache.uploads, String(i)))
  for (const folder of folders) mkdirSync(folder, { recursive: true })
  const going = folders.toReversed().map((folder) => rm(folder, { recursive: true, force: true }))
  await expect(Promise.all([cache.clean([]), ...going])).resolves.toBeDefined()
})
