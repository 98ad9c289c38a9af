import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { DENOISE, type TestApp, testApp } from './testing/test-app.ts'

async function restored(t: TestApp, name: string): Promise<string> {
  const [{ id }] = await t.add(t.write(name))
  const { jobs } = await t.app.restore({ ids: [id], steps: [...DENOISE] })
  await t.jobIs(jobs[0].id, 'done')
  return id
}

test('a result is saved under the suggested name, blended, and the picture knows where', async () => {
  const t = await testApp()
  const id = await restored(t, 'photo.png')
  const { path } = await t.app.suggestTarget({ id })
  expect(path).toBe(join(t.folder, 'photos/photo-limpid.png'))
  const { job } = await t.app.export({ id, strength: 0.7, path })
  const { saved } = await t.jobIs(job.id, 'done')
  expect(saved).toMatchObject({ path, download: null, bytes: readFileSync(path).length })
  expect(readFileSync(path, 'utf8')).toBe('png blended at 0.7, restored at 1: photo.png')
  expect((await t.picture(id)).result!.savedTo).toBe(path)
  expect(await t.app.suggestTarget({ id })).toEqual({ path: join(t.folder, 'photos/photo-limpid-2.png') })
})

test('a result of several steps has their strengths in it: it is saved as it is, whatever was asked for the one before', async () => {
  const t = await testApp()
  const [{ id }] = await t.add(t.write('brief.png'))
  const { jobs } = await t.app.restore({ ids: [id], steps: [...DENOISE, ...DENOISE] })
  const path = join(t.folder, 'out.png')
  const { job } = await t.app.export({ id, strength: 0.4, path })
  expect((await t.job(jobs[0].id)).state).not.toBe('done')
  await t.jobIs(job.id, 'done')
  expect(readFileSync(path, 'utf8')).toBe('png blended at 1, restored at 0.5,0.5: brief.png')
})

test('a name as long as file systems take can be saved beside and downloaded', async () => {
  const t = await testApp()
  const id = await restored(t, `${'写'.repeat(83)}.png`)
  const { path } = await t.app.suggestTarget({ id })
  expect(path).toBe(join(t.folder, `photos/${'写'.repeat(66)}-limpid.png`))
  const saved = await t.app.export({ id, strength: 1, path })
  await t.jobIs(saved.job.id, 'done')
  expect((await t.app.suggestTarget({ id })).path).toMatch(/-limpid-2.png$/)
  const { job } = await t.app.export({ id, strength: 1, path: null })
  const download = (await t.jobIs(job.id, 'done')).saved!.download!
  expect(readFileSync(t.app.media(download)!, 'utf8')).toContain('restored')
})

test('a target that exists is refused at once, unless it may be replaced', async () => {
  const t = await testApp()
  const id = await restored(t, 'photo.png')
  const path = t.write('there.png', 'old')
  await expect(t.app.export({ id, strength: 1, path })).rejects.toMatchObject({
    code: 'file-exists',
    file: path,
  })
  expect(readFileSync(path, 'utf8')).toBe('old')
  const { job } = await t.app.export({ id, strength: 1, path, overwrite: true })
  await t.jobIs(job.id, 'done')
  expect(readFileSync(path, 'utf8')).toContain('restored')
})

test('two saves to one path: the second fails instead of replacing the first', async () => {
  const t = await testApp()
  const id = await restored(t, 'photo.png')
  const path = join(t.folder, 'photos/out.png')
  const first = await t.app.export({ id, strength: 1, path })
  const second = await t.app.export({ id, strength: 0.5, path })
  await t.jobIs(first.job.id, 'done')
  expect((await t.jobIs(second.job.id, 'failed')).error).toMatchObject({ code: 'file-exists' })
})

test('a name promised to a waiting save is not suggested again', async () => {
  const t = await testApp()
  const [slow] = await t.add(t.write('slow.png'))
  await t.app.restore({ ids: [slow.id], steps: [...DENOISE] })
  const { path } = await t.app.suggestTarget({ id: slow.id })
  const { job } = await t.app.export({ id: slow.id, strength: 1, path })
  expect((await t.app.suggestTarget({ id: slow.id })).path).toBe(join(t.folder, 'photos/slow-limpid-2.png'))
  expect((await t.job(job.id)).state).toBe('queued') // it waits for the restoration
})

test('the extension follows the format; what has no folder of its own goes to the pictures folder', async () => {
  const t = await testApp()
  const [jpeg, gif] = await t.add(t.write('a.JPEG'), t.write('b.gif'))
  const suggested = async (id: string, format?: 'jpeg' | 'tiff') =>
    (await t.app.suggestTarget({ id, format })).path.slice(t.folder.length)
  expect(await suggested(jpeg.id, 'jpeg')).toBe('/photos/a-limpid.JPEG')
  expect(await suggested(jpeg.id, 'tiff')).toBe('/photos/a-limpid.tif')
  expect(await suggested(gif.id)).toBe('/photos/b-limpid.png')
  const path = await t.app.keepPicture('c.png', [Buffer.from('c')], { uploaded: false })
  const [pasted] = await t.add(path)
  expect(pasted.uploaded).toBe(false)
  expect(await suggested(pasted.id)).toBe('/Pictures/c-limpid.png')
})

test('without a path it is saved for download', async () => {
  const t = await testApp()
  const id = await restored(t, 'a b#%.png')
  const { job } = await t.app.export({ id, strength: 1, path: null, format: 'jpeg' })
  const { saved } = await t.jobIs(job.id, 'done')
  expect(saved!.download).toBe(`downloads/${job.id}/a%20b%23%25-limpid.jpg`)
  expect(t.app.media(saved!.download!)).toBe(saved!.path)
  expect(readFileSync(saved!.path, 'utf8')).toContain('jpeg blended at 1')
  expect((await t.picture(id)).result!.savedTo).toBe(null)
})

test('nothing is saved of a picture that has no result', async () => {
  const t = await testApp()
  const [{ id }] = await t.add(t.write('a.png'))
  const saving = t.app.export({ id, strength: 1, path: join(t.folder, 'out.png') })
  await expect(saving).rejects.toMatchObject({
    code: 'bad-request',
    message: expect.stringContaining('a.png'),
  })
})

test('a result is not blended with a file that changed since', async () => {
  const t = await testApp()
  const id = await restored(t, 'a.png')
  writeFileSync((await t.picture(id)).path, 'something else')
  const { job } = await t.app.export({ id, strength: 1, path: join(t.folder, 'out.png') })
  expect((await t.jobIs(job.id, 'failed')).error!.message).toContain('has changed')
  expect((await t.picture(id)).result).toBe(null)
})

test('saving over the original reads it anew', async () => {
  const t = await testApp()
  const id = await restored(t, 'a.png')
  const { path } = await t.picture(id)
  const { job } = await t.app.export({ id, strength: 1, path, overwrite: true })
  await t.jobIs(job.id, 'done')
  await vi.waitFor(async () => {
    const picture = await t.picture(id)
    expect(picture).toMatchObject({ state: 'ready', result: null })
    expect(picture.info!.width).toBe(readFileSync(path).length)
  })
})

test.each([
  ['relative.png', 'absolute'],
  ['/tmp/no-format.xyz', '.xyz'],
])('a path that can’t be saved to is refused: %s', async (path, why) => {
  const t = await testApp()
  const id = await restored(t, 'a.png')
  const saving = t.app.export({ id, strength: 1, path })
  await expect(saving).rejects.toMatchObject({ code: 'bad-request', message: expect.stringContaining(why) })
})
