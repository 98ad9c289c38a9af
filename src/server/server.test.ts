import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http'
import { connect as connectSocket, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import { expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import type { AppOptions } from '../app/app.ts'
import { DENOISE, type TestApp, testApp } from '../app/testing/test-app.ts'
import type { AppApi } from '../contract/api.ts'
import { type ServerOptions, startServer, USUAL_PORT } from './server.ts'

type Answer = { status: number; headers: IncomingHttpHeaders; body: string }

/** A server with its app, and a browser that was let in. */
async function serve(options: Partial<ServerOptions> = {}, appOptions: Partial<AppOptions> = {}) {
  const t = await testApp(appOptions)
  const rendererFolder = join(t.folder, 'renderer')
  mkdirSync(join(rendererFolder, 'assets'), { recursive: true })
  writeFileSync(join(rendererFolder, 'index.html'), '<title>Limpid</title>')
  writeFileSync(join(rendererFolder, 'assets/main-1a2b.js'), 'run()')
  writeFileSync(join(t.folder, 'secret.txt'), 'secret')
  const server = await startServer({ app: t.app, rendererFolder, port: 0, ...options })
  onTestFinished(() => server.close())
  const url = new URL(server.url)
  const origin = url.origin
  const entry = await ask(origin, `/${url.search}`)
  const cookie = entry.headers['set-cookie']![0].split(';')[0]
  return {
    t,
    origin,
    entry,
    cookie,
    token: url.searchParams.get('token')!,
    get: (path: string, headers: OutgoingHttpHeaders = {}) =>
      ask(origin, path, { headers: { cookie, ...headers } }),
    upload: (name: string, body: string, headers: OutgoingHttpHeaders = {}) =>
      ask(origin, `/upload?name=${encodeURIComponent(name)}`, {
        method: 'POST',
        headers: { cookie, origin, ...headers },
        body,
      }),
    client: () => connect(origin, { cookie, origin }),
  }
}

/** As it stands, without the tidying that `fetch` does to paths and headers. */
function ask(
  origin: string,
  path: string,
  {
    method = 'GET',
    headers = {},
    body = '',
  }: { method?: string; headers?: OutgoingHttpHeaders; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin)
    const request = httpRequest({ hostname, port, path, method, headers }, async (response) => {
      resolve({ status: response.statusCode!, headers: response.headers, body: await text(response) })
    })
    request.on('error', reject).end(body)
  })
}

async function connect(origin: string, headers: Record<string, string>): Promise<Omit<AppApi, 'events'>> {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/rpc`, { headers })
  onTestFinished(() => socket.terminate())
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  return createORPCClient(new RPCLink({ websocket: socket as never })) as never
}

test('the address that is printed lets a browser in and hides the token', async () => {
  const { entry, get, token } = await serve()
  expect(entry).toMatchObject({ status: 303, headers: { location: '/' } })
  expect(entry.headers['set-cookie']![0]).toMatch(/; HttpOnly; SameSite=Strict$/)
  expect(token.length).toBeGreaterThan(40)
  expect(await get('/')).toMatchObject({ status: 200, body: '<title>Limpid</title>' })
})

test('a link on another site’s page lets in too, by a move of our own page', async () => {
  const { origin, token } = await serve()
  const entry = await ask(origin, `/?token=${token}`, { headers: { 'sec-fetch-site': 'cross-site' } })
  expect(entry).toMatchObject({ status: 200, body: expect.stringContaining('http-equiv="refresh"') })
})

test('nobody gets anything without the token', async () => {
  const { t, origin } = await serve()
  const [picture] = await t.add(t.write('a.png'))
  for (const path of ['/', '/?token=', '/?token=wrong', '/assets/main-1a2b.js', `/media/${picture.view}`]) {
    expect(await ask(origin, path), path).toMatchObject({
      status: 401,
      body: expect.stringContaining('address'),
    })
  }
  const wrong = { cookie: `limpid-${new URL(origin).port}=wrong`, origin }
  expect((await ask(origin, '/', { headers: wrong })).status).toBe(401)
  expect((await ask(origin, '/upload?name=a.png', { method: 'POST', headers: wrong })).status).toBe(401)
  await expect(connect(origin, wrong)).rejects.toThrow('403')
  await expect(connect(origin, { origin })).rejects.toThrow('403')
})

test('a connection that is reset while it is refused ends nothing but itself', async () => {
  const { origin, get } = await serve()
  const uncaught = vi.fn()
  process.on('uncaughtException', uncaught)
  onTestFinished(() => void process.off('uncaughtException', uncaught))
  const { hostname, port } = new URL(origin)
  const socket = connectSocket(Number(port), hostname)
  socket.on('error', () => {})
  socket.write(
    `GET /rpc HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
  )
  const refused = await new Promise((resolve) => {
    socket.once('data', (answer) => {
      socket.resetAndDestroy()
      resolve(String(answer))
    })
  })
  expect(refused).toContain('403')
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(uncaught).not.toHaveBeenCalled()
  expect((await get('/')).status).toBe(200)
})

test('another name for this machine is refused (DNS rebinding)', async () => {
  const { origin, get, cookie, token } = await serve()
  for (const host of [
    'evil.example',
    'evil.example:80',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
  ]) {
    expect((await get('/', { host })).status, host).toBe(403)
    expect((await get(`/?token=${token}`, { host })).status, host).toBe(403)
  }
  const port = new URL(origin).port
  expect((await get('/', { host: `localhost:${port}` })).status).toBe(200)
  const rebound = { cookie, origin: 'http://evil.example', host: 'evil.example' }
  await expect(connect(origin, rebound)).rejects.toThrow('403')
})

test('a page of another origin can’t connect, upload or embed, cookie or not', async () => {
  const { t, origin, cookie, upload, get } = await serve()
  const [picture] = await t.add(t.write('a.png'))
  for (const foreign of [
    'http://127.0.0.1:1',
    'http://evil.example',
    'null',
    origin.replace('http', 'https'),
  ]) {
    await expect(connect(origin, { cookie, origin: foreign })).rejects.toThrow('403')
    expect((await upload('a.png', 'x', { origin: foreign })).status).toBe(403)
  }
  const embedded = { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }
  expect((await get(`/media/${picture.view}`, embedded)).status).toBe(403)
  expect((await get(`/media/${picture.view}`, { 'sec-fetch-site': 'same-origin' })).status).toBe(200)
})

test('every answer carries the security headers, and none opens up for other origins', async () => {
  const { get, entry } = await serve()
  for (const { headers } of [entry, await get('/'), await get('/nothing'), await get('/media/nothing')]) {
    expect(headers['content-security-policy']).toContain("default-src 'none'")
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['referrer-policy']).toBe('no-referrer')
    expect(headers['access-control-allow-origin']).toBeUndefined()
  }
})

test('paths can’t climb out of the renderer or the media', async () => {
  const { get } = await serve()
  for (const path of [
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/%2e%2e%2fsecret.txt',
    '/..%5csecret.txt',
    '//secret.txt',
    '/%00',
    '/%ff',
    '/assets',
    '/media/../secret.txt',
    '/media/..%2fsecret.txt',
    '/media/pictures/..%2f..%2fdata/limpid.db',
    '/media/',
  ]) {
    const { status, body } = await get(path)
    expect([path, status, body]).toEqual([path, 404, 'There is nothing here.\n'])
  }
})

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
