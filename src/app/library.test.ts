import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { AppEvent, Input } from '../contract/api.ts'
import { openDatabase } from './database.ts'
import { EngineProcess } from './engine-process.ts'
import { Events } from './events.ts'
import { Library } from './library.ts'
import { PictureCache } from './picture-cache.ts'
import { PictureStore } from './picture-store.ts'
import { DENOISE, FAKE_ENGINE, type TestApp, testApp } from './testing/test-app.ts'

test('a picture comes back as reading and becomes ready, with files to show', async () => {
  const t = await testApp()
  const path = t.write('a.png')
  const stop = new AbortController()
  const events = t.app.events(stop.signal)
  const { pictures, errors } = await t.app.addPictures({ paths: [path] })
  expect(errors).toEqual([])
  expect(pictures).toMatchObject([{ name: 'a.png', path, state: 'reading', uploaded: false, info: null }])
  const states: string[] = []
  for await (const event of events) {
    if (event.type === 'picture') states.push(event.picture.state)
    if (states.at(-1) === 'ready') stop.abort()
  }
  expect(states).toEqual(['reading', 'ready'])
  const picture = await t.picture(pictures[0].id)
  expect(picture.info).toMatchObject({ width: 'a.png'.length })
  expect(existsSync(t.app.media(picture.thumbnail!)!)).toBe(true)
  expect(existsSync(t.app.media(picture.view!)!)).toBe(true)
})

test('the same file opened twice is one picture', async () => {
  const t = await testApp()
  const path = t.write('a.png')
  const [first] = await t.add(path)
  const [second] = await t.add(path, join(t.folder, 'photos', '..', 'photos', 'a.png'))
  expect(second.id).toBe(first.id)
  expect((await t.app.state({})).pictures).toHaveLength(1)
})

test('files that are opened twice at once are one picture each', async () => {
  const t = await testApp()
  const paths = ['a.png', 'b.png', 'c.png'].map((name) => t.write(name))
  const [first, second] = await Promise.all([1, 2].map(() => t.app.addPictures({ paths })))
  expect([first.errors, second.errors]).toEqual([[], []])
  expect(second.pictures.map(({ id }) => id)).toEqual(first.pictures.map(({ id }) => id))
  expect((await t.app.state({})).pictures).toHaveLength(3)
})

test('a folder is searched deeply; bad files stand beside good ones', async () => {
  const t = await testApp()
  t.write('trip/b.png')
  t.write('trip/deep/c.jpg')
  t.write('trip/bad.jpg')
  t.write('trip/notes.txt')
  const missing = join(t.folder, 'gone.png')
  const { pictures, errors } = await t.app.addPictures({ paths: [missing, join(t.folder, 'photos/trip')] })
  expect(pictures.map(({ name }) => name)).toEqual(['b.png', 'bad.jpg', 'c.jpg'])
  expect(errors).toMatchObject([{ code: 'file-not-found', file: missing }])
  const read = await t.add(...pictures.map(({ path }) => path))
  expect(read.map(({ state }) => state)).toEqual(['ready', 'failed', 'ready'])
  expect(read[1].error).toMatchObject({ code: 'not-a-picture', file: pictures[1].path })
})

test('a file that is named is tried whatever it is called; a folder without pictures is an error', async () => {
  const t = await testApp()
  const [picture] = await t.add(t.write('scan.dat'))
  expect(picture.state).toBe('ready')
  t.write('empty/notes.txt')
  const { errors } = await t.app.addPictures({ paths: [join(t.folder, 'photos/empty')] })
  expect(errors).toMatchObject([{ code: 'folder-empty' }])
})

test('pictures and their results are there after a restart', async () => {
  const t = await testApp()
  const [{ id }] = await t.add(t.write('a.png'))
  const { jobs } = await t.app.restore({ ids: [id], steps: [...DENOISE] })
  await t.jobIs(jobs[0].id, 'done')
  const before = (await t.app.state({})).pictures
  await t.reopen()
  expect((await t.app.state({})).pictures).toEqual(before)
  expect(existsSync(t.app.media(before[0].result!.view)!)).toBe(true)
})

test('a file that changed while the app was closed is read anew and loses its result', async () => {
  const t = await testApp()
  const [changed] = await t.add(t.write('changed.png'))
  const { jobs } = await t.app.restore({ ids: [changed.id], steps: [...DENOISE] })
  await t.jobIs(jobs[0].id, 'done')
  await t.app.close()
  writeFileSync(changed.path, 'of another length')
  await t.reopen()
  const [picture] = await t.add(changed.path)
  expect(picture).toMatchObject({ id: changed.id, state: 'ready', result: null })
  expect(picture.info!.width).toBe('of another length'.length)
  expect(picture.view).not.toBe(changed.view)
})

describe('a picture whose drive is out when the app starts', () => {
  /** With a result; its file is moved `away` while the app is closed. */
  async function lost() {
    const t = await testApp()
    const away = join(t.folder, 'away.png')
    const [{ id, path }] = await t.add(t.write('a.png'))
    const { jobs } = await t.app.restore({ ids: [id], steps: [...DENOISE] })
    await t.jobIs(jobs[0].id, 'done')
    const before = await t.picture(id)
    await t.app.close()
    renameSync(path, away)
    await t.reopen()
    return { t, id, path, away, before }
  }

  test('is kept, says that its file is not there, and keeps its result', async () => {
    const { t, id, path, before } = await lost()
    const error = { code: 'file-not-found', file: path, hint: expect.stringContaining('drive') }
    expect(await t.picture(id)).toEqual({ ...before, state: 'failed', error: expect.objectContaining(error) })
    expect(existsSync(t.app.media(before.result!.view)!)).toBe(true)
  })

  test('is as it was at the next start with its drive', async () => {
    const { t, id, path, away, before } = await lost()
    await t.app.close()
    renameSync(away, path)
    await t.reopen()
    expect(await t.picture(id)).toEqual(before)
  })

  test('is as it was when it is opened again', async () => {
    const { t, path, away, before } = await lost()
    renameSync(away, path)
    expect(await t.add(path)).toEqual([before])
  })

  test('is read anew where the file that is back is another', async () => {
    const { t, id, path } = await lost()
    writeFileSync(path, 'of another length')
    await t.reopen()
    const [picture] = await t.add(path)
    expect(picture).toMatchObject({ id, state: 'ready', error: null, result: null })
    expect(picture.info!.width).toBe('of another length'.length)
  })

  test('that was never read is read when it is back', async () => {
    const t = await testApp()
    const away = join(t.folder, 'away.png')
    const [{ id, path }] = await t.add(t.write('a.png', ''))
    await t.app.close()
    renameSync(path, away)
    await t.reopen()
    expect((await t.picture(id)).error).toMatchObject({ code: 'file-not-found' })
    await t.app.close()
    renameSync(away, path)
    await t.reopen()
    const read = async () => expect((await t.picture(id)).error).toMatchObject({ code: 'not-a-picture' })
    await vi.waitFor(read, { timeout: 10_000, interval: 10 })
  })
})

test('a failed picture is tried again when it is opened again', async () => {
  const t = await testApp()
  const path = t.write('a.png', '')
  expect((await t.add(path))[0].state).toBe('failed')
  const again = await t.app.addPictures({ paths: [path] })
  expect(again.pictures[0]).toMatchObject({ state: 'reading', error: null })
  writeFileSync(path, 'now it is whole')
  expect((await t.add(path))[0]).toMatchObject({ state: 'ready', error: null })
})

test('cached files that somebody deleted are made again', async () => {
  const t = await testApp()
  const path = t.write('a.png')
  const [picture] = await t.add(path)
  await t.app.close()
  rmSync(join(t.folder, 'cache'), { recursive: true })
  await t.reopen()
  await t.add(path)
  expect(existsSync(t.app.media((await t.picture(picture.id)).view!)!)).toBe(true)
})

test('removing a picture takes what was made of it and leaves the file', async () => {
  const t = await testApp()
  const [picture, other] = await t.add(t.write('a.png'), t.write('slow.png'))
  const { jobs } = await t.app.restore({ ids: [other.id], steps: [...DENOISE] })
  await t.jobIs(jobs[0].id, 'running')
  const stop = new AbortController()
  const events: AppEvent[] = []
  const listening = (async () => {
    for await (const event of t.app.events(stop.signal)) events.push(event)
  })()
  await t.app.removePictures({ ids: [picture.id, other.id, 'never there'] })
  expect(await t.app.state({})).toMatchObject({ pictures: [], jobs: [] })
  expect(existsSync(picture.path)).toBe(true)
  expect(t.app.media(picture.view!)).toBe(null)
  await t.reopen()
  stop.abort()
  await listening
  expect(events.filter(({ type }) => type === 'picture-removed')).toHaveLength(2)
  expect(readdirSync(join(t.folder, 'cache/pictures'))).toEqual([])
})

test('a picture that is removed while its result is put away does not come back', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'limpid-library-'))
  const { db, close } = openDatabase(folder)
  onTestFinished(() => {
    close()
    rmSync(folder, { recursive: true })
  })
  const [store, cache] = [new PictureStore(db), new PictureCache(folder)]
  const engine = new EngineProcess({ entry: FAKE_ENGINE })
  const library = new Library({ store, cache, events: new Events(), engine })
  const path = join(folder, 'a.png')
  writeFileSync(path, 'a picture')
  const { pictures } = await library.add([path])
  const { id } = pictures[0]
  const run = await cache.makeFolder(id, 'run')
  const steps = [{ task: 'denoise', folder: 'models/x', strength: 1 }] as const
  const output = await engine.run('restore', { path, folder: run, steps: [...steps] })
  const kept = library.keepResult(id, 'run', [...DENOISE], output)
  await library.remove(id)
  await kept
  await library.close()
  await engine.close()
  expect(store.load()).toEqual([])
})

test('a picture that came as bytes goes with its removal', async () => {
  const t = await testApp()
  const path = await t.app.keepPicture('../../x.png', [Buffer.from('bytes')], { uploaded: true })
  const [picture] = await t.add(path)
  expect(picture).toMatchObject({ name: 'x.png', uploaded: true })
  await t.app.removePictures({ ids: [picture.id] })
  expect(existsSync(path)).toBe(false)
})

/** Three pictures, restored one after the other, each at once saved as told; which of them have a result still. */
async function resultsLeft(t: TestApp, save?: (id: string) => Input<'export'>): Promise<boolean[]> {
  const pictures = await t.add(...['a', 'b', 'c'].map((name) => t.write(`${name}.png`, name.repeat(40))))
  for (const { id } of pictures) {
    const { jobs } = await t.app.restore({ ids: [id], steps: [...DENOISE] })
    await t.jobIs(jobs[0].id, 'done')
    if (save) await t.jobIs((await t.app.export(save(id))).job.id, 'done')
  }
  const now = await Promise.all(pictures.map(({ id }) => t.picture(id)))
  return now.map(({ result }) => result !== null)
}

describe('results beyond the limit', () => {
  const cacheLimitBytes = 200

  test('that were saved are dropped, the longest unused first', async () => {
    const t = await testApp({ cacheLimitBytes })
    const path = (id: string) => join(t.folder, `${id}.png`)
    expect(await resultsLeft(t, (id) => ({ id, strength: 1, path: path(id) }))).toEqual([false, false, true])
  })

  test('that were saved as downloads too', async () => {
    const t = await testApp({ cacheLimitBytes })
    expect(await resultsLeft(t, (id) => ({ id, strength: 1, path: null }))).toEqual([false, false, true])
  })

  test('that were never saved stay while their drive has room', async () => {
    expect(await resultsLeft(await testApp({ cacheLimitBytes }))).toEqual([true, true, true])
  })

  test('that were never saved go when it has none, and that is told', async () => {
    vi.spyOn(PictureCache.prototype, 'freeBytes').mockResolvedValue(0)
    onTestFinished(() => void vi.restoreAllMocks())
    const t = await testApp({ cacheLimitBytes })
    const events = t.app.events()[Symbol.asyncIterator]()
    expect(await resultsLeft(t)).toEqual([false, false, true])
    await t.app.close()
    const errors: unknown[] = []
    for await (const event of { [Symbol.asyncIterator]: () => events }) {
      if (event.type === 'error') errors.push(event.error)
    }
    expect(errors).toMatchObject([{ code: 'disk-full' }, { code: 'disk-full' }])
  })
})

test('media gives only what a picture was given as its media', async () => {
  const t = await testApp()
  const [picture] = await t.add(t.write('a.png'))
  expect(t.app.media(picture.view!.split('?')[0])).toBe(t.app.media(picture.view!))
  for (const path of [
    '',
    'pictures',
    `pictures/${picture.id}`,
    `pictures/${picture.id}/other.png`,
    `pictures/${picture.id}/../${picture.id}/view.png`,
    `pictures/${picture.id}/%2e%2e/${picture.id}/view.png`,
    `pictures/${picture.id}%2Fview.png`,
    'pictures/../limpid.db',
    '../data/limpid.db',
    picture.path,
    'downloads/x/%ff',
  ]) {
    expect(t.app.media(path), path).toBe(null)
  }
})
