import { connect as connectSocket } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ask, connect, serve } from './testing/served.ts'

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
