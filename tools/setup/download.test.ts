import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { fetchOverHttps, fetchWheels } from './download.ts'

const CONTENT = 'what the wheel holds'
const WHEEL = {
  project: 'thing',
  version: '1.0',
  file: 'thing-1.0-py3-none-any.whl',
  bytes: CONTENT.length,
  sha256: createHash('sha256').update(CONTENT).digest('hex'),
}
const JSON_PAGE = JSON.stringify({
  files: [
    { filename: 'thing-0.9-py3-none-any.whl', url: '/files/old' },
    { filename: WHEEL.file, url: '/files/thing' },
  ],
})
const HTML_PAGE = `<a href="/files/old#sha256=00">thing-0.9-py3-none-any.whl</a><br/>
<a href="../../files/thing#sha256=11" data-requires-python="&gt;=3.10">${WHEEL.file}</a>`

let root: string
let server: Server
let page: { type: string; body: string }
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'limpid-download-'))
  server = createServer((request, response) => {
    if (request.url === '/simple/thing/') response.setHeader('content-type', page.type).end(page.body)
    else if (request.url === '/files/thing') response.end(CONTENT)
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  vi.stubEnv('NO_PROXY', '127.0.0.1')
  vi.stubEnv('no_proxy', undefined)
  vi.stubEnv('LIMPID_PACKAGE_INDEX', `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple/`)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  server.close()
  await rm(root, { recursive: true, force: true })
})

test.each([
  { type: 'application/vnd.pypi.simple.v1+json', body: JSON_PAGE },
  { type: 'text/html', body: HTML_PAGE },
])('a wheel is found on an index that answers $type', async (answer) => {
  page = answer
  const [path] = await fetchWheels([WHEEL], root, fetchOverHttps)
  expect(await readFile(path, 'utf8')).toBe(CONTENT)
})

test('an index that does not have it says so', async () => {
  page = { type: 'text/html', body: '<a href="x">another.whl</a>' }
  await expect(fetchWheels([WHEEL], root, fetchOverHttps)).rejects.toThrow('does not list thing-1.0')
  await expect(fetchWheels([{ ...WHEEL, project: 'none' }], root, fetchOverHttps)).rejects.toThrow('404')
})

test('an index that is not there says so', async () => {
  vi.stubEnv('LIMPID_PACKAGE_INDEX', 'http://127.0.0.1:1/simple')
  await expect(fetchWheels([WHEEL], root, fetchOverHttps)).rejects.toThrow("can't be reached")
})
