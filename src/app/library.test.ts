import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { AppEvent } from '../contract/api.ts'
import { DENOISE, testApp } from './testing/test-app.ts'

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

test('a file that changed while the app was closed is read anew and loses its result; one that is gone is dropped', async () => {
  const t = await testApp()
  const [changed, gone] = await t.add(t.write('changed.png'), t.write('gone.png'))
  const { jobs } = await t.app.restore({ ids: [changed.id], steps: [...DENOISE] })
  await t.jobIs(jobs[0].id, 'done')
  await t.app.close()
  writeFileSync(changed.path, 'of another length')
  rmSync(gone.path)
  await t.reopen()
  const [picture] = await t.add(changed.path)
  expect(picture).toMatchObject({ id: changed.id, state: 'ready', result: null })
  expect(picture.info!.width).toBe('of another length'.length)
  expect(picture.view).not.toBe(changed.view)
  expect((await t.app.state({})).pictures).toHaveLength(1)
  expect(readdirSync(join(t.folder, 'cache/pictures'))).toEqual([changed.id])
  t.write('gone.png')
  await t.reopen()
  expect((await t.app.state({})).pictures).toHaveLength(1)
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

test('a picture that came as bytes goes with its removal', async () => {
  const t = await testApp()
  const path = await t.app.keepPicture('../../x.png', [Buffer.from('bytes')], { uploaded: true })
  const [picture] = await t.add(path)
  expect(picture).toMatchObject({ name: 'x.png', uploaded: true })
  await t.app.removePictures({ ids: [picture.id] })
  expect(existsSync(path)).toBe(false)
})

test('results beyond the limit are dropped, the longest unused first', async () => {
  const t = await testApp({ cacheLimitBytes: 200 })
  const pictures = await t.add(...['a', 'b', 'c'].map((name) => t.write(`${name}.png`, name.repeat(40))))
  for (const { id } of pictures) {
    const { jobs } = await t.app.restore({ ids: [id], steps: [...DENOISE] })
    await t.jobIs(jobs[0].id, 'done')
  }
  const now = await Promise.all(pictures.map(({ id }) => t.picture(id)))
  expect(now.map(({ result }) => result !== null)).toEqual([false, false, true])
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
