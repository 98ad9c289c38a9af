import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { recentFailure, rememberFailure } from './electron.ts'

const NOTE = 'electron-download-failed.json'
let cache: string
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'limpid-electron-'))
  vi.stubEnv('LIMPID_CACHE', cache)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  vi.useRealTimers()
  await rm(cache, { recursive: true, force: true })
})

test('why a download failed is remembered for a day, and for that place of download alone', async () => {
  await rememberFailure('no network')
  expect(await recentFailure()).toBe('no network')
  expect(await readdir(cache)).toEqual([NOTE])
  vi.stubEnv('ELECTRON_MIRROR', 'https://mirror.invalid/')
  expect(await recentFailure()).toBeNull()
  vi.stubEnv('ELECTRON_MIRROR', undefined)
  vi.useFakeTimers({ now: Date.now() + 25 * 60 * 60_000, toFake: ['Date'] })
  expect(await recentFailure()).toBeNull()
})

test.each(['', '{"from":"45', 'null', '7'])(
  'a damaged note (%j) keeps nobody from downloading',
  async (text) => {
    await writeFile(join(cache, NOTE), text)
    expect(await recentFailure()).toBeNull()
  },
)

test('a failure that can’t be noted leaves nothing behind, and does not hide the reason', async () => {
  vi.stubEnv('LIMPID_CACHE', join(cache, 'file', 'below'))
  await writeFile(join(cache, 'file'), '')
  await rememberFailure('no network')
  expect(await recentFailure()).toBeNull()
})
