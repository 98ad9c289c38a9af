import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { findElectron, installedElectron, recentFailure, rememberFailure } from './electron.ts'

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

/** A package like Electron's, whose downloader notes where it keeps the archive; `unpacked`: what unpacking left. */
async function packageWith(unpacked: string[]): Promise<string> {
  const folder = join(cache, 'electron')
  const downloader = join(folder, 'node_modules', '@electron', 'get')
  const files = {
    'package.json': '{}',
    'checksums.json': '{}',
    'install.js': `
      const fs = require('node:fs')
      fs.mkdirSync(__dirname + '/${dirname(PROGRAM)}', { recursive: true })
      fs.writeFileSync(__dirname + '/${PROGRAM}', 'whole')
      fs.writeFileSync(__dirname + '/path.txt', '')`,
  }
  await mkdir(downloader, { recursive: true })
  await mkdir(join(folder, dirname(PROGRAM)), { recursive: true })
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  await writeFile(
    join(downloader, 'index.js'),
    `exports.downloadArtifact = async ({ cacheRoot }) =>
      require('node:fs').writeFileSync(${JSON.stringify(join(folder, 'kept-in'))}, String(cacheRoot))`,
  )
  for (const name of unpacked) await writeFile(join(folder, name), 'as it was')
  return folder
}

const PROGRAM =
  {
    darwin: 'dist/Electron.app/Contents/MacOS/Electron',
    win32: 'dist/electron.exe',
  }[process.platform as string] ?? 'dist/electron'

test('an Electron whose unpacking was cut off is none, and is unpacked again', async () => {
  vi.stubEnv('ELECTRON_OVERRIDE_DIST_PATH', undefined)
  vi.stubEnv('electron_config_cache', '/kept')
  const folder = await packageWith([PROGRAM])
  expect(installedElectron(folder)).toBeNull()
  const program = join(folder, PROGRAM)
  expect(await findElectron(folder)).toBe(program)
  expect(await readFile(program, 'utf8')).toBe('whole')
  expect(await readFile(join(folder, 'kept-in'), 'utf8'), 'where the install script looks').toBe('/kept')
  expect(installedElectron(folder)).toBe(program)
})

test('one that is whole is taken as it is; so is the one that ELECTRON_OVERRIDE_DIST_PATH names', async () => {
  vi.stubEnv('ELECTRON_OVERRIDE_DIST_PATH', undefined)
  const whole = await packageWith([PROGRAM, 'path.txt'])
  expect(await findElectron(whole)).toBe(join(whole, PROGRAM))
  expect(await readFile(join(whole, PROGRAM), 'utf8')).toBe('as it was')
  await rm(join(whole, 'path.txt'))
  vi.stubEnv('ELECTRON_OVERRIDE_DIST_PATH', join(whole, 'dist'))
  expect(await findElectron(whole)).toBe(join(whole, PROGRAM))
})
