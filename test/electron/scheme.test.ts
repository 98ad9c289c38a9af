import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Session } from 'electron'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { registerScheme, serveScheme } from '../../src/main/scheme.ts'
import { fake, resetElectron } from './fake-electron.ts'

vi.mock('electron', async () => (await import('./fake-electron.ts')).fake)

let folder: string
let asked: string[]

beforeEach(() => {
  resetElectron()
  asked = []
  folder = mkdtempSync(path.join(tmpdir(), 'limpid-scheme-'))
  mkdirSync(path.join(folder, 'renderer/assets'), { recursive: true })
  writeFileSync(path.join(folder, 'renderer/index.html'), '<!doctype html>')
  writeFileSync(path.join(folder, 'renderer/assets/app.js'), 'export {}')
  writeFileSync(path.join(folder, 'secret.txt'), 'secret')
  writeFileSync(path.join(folder, 'view.png'), 'pixels')
  serveScheme(fake.session.defaultSession as unknown as Session, {
    renderer: path.join(folder, 'renderer'),
    media(wanted) {
      asked.push(wanted)
      return wanted === 'pictures/a%20b/view.png' ? path.join(folder, 'view.png') : null
    },
  })
})
afterEach(() => rmSync(folder, { recursive: true }))

async function get(url: string, method = 'GET') {
  const handler = fake.session.defaultSession.schemes.get('limpid')!
  // A real Request would tidy the address before the handler sees it; Chromium's need not.
  return handler({ url, method } as Request)
}

test('the scheme is a standard, secure one, but above no policy', () => {
  registerScheme()
  const [[[{ scheme, privileges }]]] = fake.protocol.registerSchemesAsPrivileged.mock.calls
  expect(scheme).toBe('limpid')
  expect(privileges).toMatchObject({ standard: true, secure: true, supportFetchAPI: true })
  expect(privileges.bypassCSP ?? false).toBe(false)
})

test.each([
  ['limpid://app/', 'text/html'],
  ['limpid://app/index.html', 'text/html'],
  ['limpid://app/assets/app.js?v=1', 'text/javascript'],
])('%s is served as %s, under the strict policy', async (url, type) => {
  const response = await get(url)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toContain(type)
  expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  const policy = response.headers.get('content-security-policy')
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("script-src 'self';")
})

test("pictures come from where the app says, asked for by the address's own spelling", async () => {
  const response = await get('limpid://app/media/pictures/a%20b/view.png?v=3')
  expect(await response.text()).toBe('pixels')
  expect(response.headers.get('content-type')).toBe('image/png')
  expect(asked).toEqual(['pictures/a%20b/view.png'])
})

describe('nothing else of the disk is reached:', () => {
  test.each([
    'limpid://app/../secret.txt',
    'limpid://app/..%2fsecret.txt',
    'limpid://app/%2e%2e/secret.txt',
    'limpid://app/%2e%2e%2fsecret.txt',
    'limpid://app/assets/..%5c..%5c..%5csecret.txt',
    'limpid://app/assets/..%2f..%2f..%2fsecret.txt',
    'limpid://app//secret.txt',
    'limpid://app/media/..%2f..%2fsecret.txt',
    'limpid://app/index.html%00.png',
    'limpid://app/%E0%A4%A',
    'limpid://app/assets',
    'limpid://app/missing.js',
  ])('%s', async (url) => {
    expect((await get(url)).status).toBe(404)
  })

  test('another host, another method', async () => {
    expect((await get('limpid://elsewhere/index.html')).status).toBe(403)
    expect((await get('limpid://app/index.html', 'POST')).status).toBe(405)
  })
})
