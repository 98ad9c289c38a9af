import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { fetchOverHttps } from './download.ts'

const WHEEL = { project: 'thing', version: '1.0', file: 'thing-1.0-py3-none-any.whl', bytes: 1, sha256: '' }

const servers: Server[] = []
async function listen(server: Server): Promise<number> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

beforeEach(() => {
  for (const name of ['NO_PROXY', 'no_proxy', 'https_proxy', 'http_proxy']) vi.stubEnv(name, undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

test('a wheel comes through the proxy that the environment names', async () => {
  const index = await listen(createServer((_, response) => response.end('<a href="x">another.whl</a>')))
  const asked: string[] = []
  const proxy = createServer()
  proxy.on('connect', (request, socket) => {
    asked.push(request.url ?? '')
    const there = connect(index, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      there.pipe(socket).pipe(there)
    })
    there.on('error', () => socket.destroy())
    socket.on('error', () => there.destroy())
  })
  vi.stubEnv('HTTP_PROXY', `http://127.0.0.1:${await listen(proxy)}`)
  // No name server knows it: only the proxy does.
  vi.stubEnv('LIMPID_PACKAGE_INDEX', 'http://index.invalid/simple')
  await expect(fetchOverHttps(WHEEL, tmpdir(), () => {})).rejects.toThrow(`does not list ${WHEEL.file}`)
  expect(asked).toEqual(['index.invalid:80'])
})
