import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { DENOISE, type TestApp, testApp } from '../app/testing/test-app.ts'
import { startServer, USUAL_PORT } from './server.ts'
import { ask, serve } from './testing/served.ts'

test('files come with their type, and those whose address changes with their content are kept', async () => {
  const { t, get } = await serve()
  const script = await get('/assets/main-1a2b.js')
  expect(script.headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': expect.stringContaining('immutable'),
  })
  expect((await get('/')).headers['cache-control']).toBe('no-cache')
  const [picture] = await t.add(t.write('a.png'))
  const view = await get(`/media/${picture.view}`)
  expect(view).toMatchObject({ status: 200, body: 'a.png' })
  expect(view.headers).toMatchObject({
    'content-type': 'image/png',
    'cache-control': expect.stringContaining('immutable'),
  })
})

test('upload, restore, save: the download is the blended result under its own name', async () => {
  const { upload, client, get } = await serve()
  const api = await client()
  const { path } = JSON.parse((await upload('été 1.png', 'pixels')).body)
  const { pictures } = await api.addPictures({ paths: [path] })
  expect(pictures).toMatchObject([{ name: 'été 1.png', uploaded: true }])
  const [{ id }] = pictures
  const { jobs } = await api.restore({ ids: [id], steps: [...DENOISE] })
  const { job } = await api.export({ id, strength: 0.5, path: null })
  const done = await vi.waitFor(
    async () => {
      const { jobs } = await api.state({})
      const { state, saved } = jobs.find(({ id }) => id === job.id)!
      expect(state).toBe('done')
      return saved!
    },
    { timeout: 10_000 },
  )
  expect(jobs).toHaveLength(1)
  const download = await get(`/media/${done.download}`)
  expect(download).toMatchObject({ status: 200, body: 'png blended at 0.5, restored at 1: pixels' })
  expect(download.headers['content-disposition']).toBe(
    `attachment; filename*=UTF-8''${encodeURIComponent('été 1-limpid.png')}`,
  )
  expect((await get('/media/downloads/other/a.png')).status).toBe(404)
})

test('a download goes after it was fetched, or with its picture', async () => {
  const { t, get, origin, cookie } = await serve({}, { fetchedKeptMs: 0 })
  const [{ id }] = await t.add(t.write('a.png', 'x'.repeat(5e6)))
  await t.app.restore({ ids: [id], steps: [...DENOISE] })
  const saved = async () => {
    const { job } = await t.app.export({ id, strength: 1, path: null })
    return (await t.jobIs(job.id, 'done')).saved!
  }
  const [fetched, other] = [await saved(), await saved()]
  const looked = await ask(origin, `/media/${other.download}`, { method: 'HEAD', headers: { cookie } })
  expect(looked.status).toBe(200)
  await new Promise((resolve) => {
    const brokenOff = httpRequest(
      `${origin}/media/${other.download}`,
      { headers: { cookie } },
      (response) => {
        response.once('data', () => response.destroy()).once('close', resolve)
      },
    )
    brokenOff.end()
  })
  expect((await get(`/media/${fetched.download}`)).body).toContain('restored')
  await vi.waitFor(() => expect(existsSync(fetched.path)).toBe(false), { timeout: 10_000 })
  expect((await get(`/media/${fetched.download}`)).status).toBe(404)
  expect(existsSync(other.path)).toBe(true)
  await t.app.removePictures({ ids: [id] })
  await vi.waitFor(() => expect(existsSync(other.path)).toBe(false), { timeout: 10_000 })
})

test('an upload’s name can’t choose where it goes; one too large is refused and leaves nothing', async () => {
  const { t, upload } = await serve({ uploadLimitBytes: 100 })
  const uploads = join(t.folder, 'cache/uploads')
  const { path } = JSON.parse((await upload('../../../up.png', 'x')).body)
  expect(path.startsWith(uploads)).toBe(true)
  expect(path.endsWith('/up.png')).toBe(true)
  const declared = await upload('large.png', 'x'.repeat(101))
  expect(declared.status).toBe(413)
  expect(JSON.parse(declared.body)).toMatchObject({ code: 'picture-too-large', hint: expect.any(String) })
  const streamed = await upload('large.png', 'x'.repeat(101), { 'transfer-encoding': 'chunked' })
  expect(streamed.status).toBe(413)
  expect(readdirSync(uploads)).toHaveLength(1)
})

test('a page opens and saves only what was uploaded', async () => {
  const { t, client, upload } = await serve()
  const api = await client()
  const mine = t.write('mine.png')
  const { path } = JSON.parse((await upload('a.png', 'x')).body)
  const sneaky = join(path, '../../../../photos/mine.png')
  const { pictures, errors } = await api.addPictures({
    paths: [mine, path, sneaky, join(t.folder, 'photos')],
  })
  expect(pictures.map(({ name }) => name)).toEqual(['a.png'])
  expect(errors.map(({ code }) => code)).toEqual(['bad-request', 'bad-request', 'bad-request'])
  const saving = api.export({ id: pictures[0].id, strength: 1, path: join(t.folder, 'out.png') })
  await expect(saving).rejects.toMatchObject({ data: { code: 'bad-request' } })
  const masked = api.restore({
    ids: [pictures[0].id],
    steps: [{ task: 'inpaint', mask: { kind: 'file', path: mine } }],
  })
  await expect(masked).rejects.toMatchObject({ data: { code: 'bad-request', file: mine } })
  const read = api.prepareLabText({ line: { kind: 'file', path: mine }, task: 'denoise' })
  await expect(read).rejects.toMatchObject({ data: { code: 'bad-request', file: mine } })
  await expect(api.addPictures({ paths: [] })).rejects.toMatchObject({ data: { code: 'bad-request' } })
})

test('with allowPaths it opens files where they lie', async () => {
  const { t, client } = await serve({ allowPaths: true })
  const api = await client()
  expect((await api.addPictures({ paths: [t.write('mine.png')] })).pictures).toHaveLength(1)
})

test('a page that is not built is said so, with what to do', async () => {
  const t: TestApp = await testApp()
  const rendererFolder = mkdtempSync(join(tmpdir(), 'limpid-empty-'))
  onTestFinished(() => rmSync(rendererFolder, { recursive: true }))
  await expect(startServer({ app: t.app, rendererFolder })).rejects.toMatchObject({
    code: 'file-not-found',
    hint: expect.stringContaining('npm run build'),
  })
})

test('a port that is taken is said so', async () => {
  const { t, origin } = await serve()
  const port = Number(new URL(origin).port)
  const second = startServer({ app: t.app, rendererFolder: join(t.folder, 'renderer'), port })
  await expect(second).rejects.toMatchObject({
    code: 'bad-request',
    message: expect.stringContaining(`${port}`),
  })
})

test('where no port is asked for, the address is the same after a restart; a second server takes a free one', async ({
  skip,
}) => {
  skip(!(await isFree(USUAL_PORT)), 'something else has the port')
  const { t } = await serve()
  const start = async () => {
    const server = await startServer({ app: t.app, rendererFolder: join(t.folder, 'renderer') })
    onTestFinished(() => server.close())
    return { ...server, origin: new URL(server.url).origin }
  }
  const first = await start()
  expect(first.origin).toBe(`http://127.0.0.1:${USUAL_PORT}`)
  const second = await start()
  expect(second.origin).not.toBe(first.origin)
  expect((await fetch(second.url)).status).toBe(401) // let in, and sent on without its cookie
  await first.close()
  expect((await start()).origin).toBe(first.origin)
})

function isFree(port: number): Promise<boolean> {
  const probe = createServer()
  return new Promise((resolve) => {
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
