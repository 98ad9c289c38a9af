import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type CacheEntry, openEntry, storeEntry } from './cache.ts'
import { fetchWheels } from './download.ts'
import type { PinnedWheel } from './pins.ts'
import { firstThatWorks, librarySources, type Source } from './sources.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'limpid-sources-'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(root, { recursive: true, force: true })
})

const library = (source: string): CacheEntry => ({ folder: root, source, files: [], links: [] })
const failing = (name: string, gives: Source['gives'] = 'pinned'): Source => ({
  name,
  gives,
  fetch: () => Promise.reject(new Error(`${name} is down`)),
})
const giving = (name: string, gives: Source['gives'] = 'pinned'): Source => ({
  name,
  gives,
  fetch: async () => library(name),
})

test('the first source that answers is used, and why the earlier ones did not is kept', async () => {
  const { result, attempts } = await firstThatWorks(
    [failing('the cache'), failing('pip'), giving('HTTPS')],
    async (found) => found.source,
  )
  expect(result).toEqual({ value: 'HTTPS', source: 'HTTPS' })
  expect(attempts).toEqual([
    { source: 'the cache', reason: 'the cache is down' },
    { source: 'pip', reason: 'pip is down' },
  ])
})

test('when none works there is a reason for each', async () => {
  const { result, attempts } = await firstThatWorks(
    [failing('the cache'), failing('pip')],
    async () => 'never',
  )
  expect(result).toBeNull()
  expect(attempts).toHaveLength(2)
})

test('files that do not work on this machine are not downloaded again from the next source', async () => {
  const again = vi.fn(async () => library('pip'))
  const { result, attempts } = await firstThatWorks(
    [giving('a folder', 'given'), giving('the cache'), { name: 'pip', gives: 'pinned', fetch: again }],
    () => Promise.reject(new Error('illegal instruction')),
  )
  expect(result).toBeNull()
  expect(again).not.toHaveBeenCalled()
  expect(attempts.map((attempt) => attempt.source)).toEqual(['a folder', 'the cache'])
})

test('a tampered cache is passed over and filled anew by the next source', async () => {
  const folder = join(root, 'library')
  const fetch = () => storeEntry(folder, 'pip', (staging) => writeFile(join(staging, 'lib.so'), 'right'))
  const sources: Source[] = [
    { name: 'the cache', gives: 'pinned', fetch: () => openEntry(folder) },
    { name: 'pip', gives: 'pinned', fetch },
  ]
  const use = (found: CacheEntry) => readFile(join(found.folder, 'lib.so'), 'utf8')
  await fetch()
  expect((await firstThatWorks(sources, use)).result).toEqual({ value: 'right', source: 'the cache' })
  await writeFile(join(folder, 'lib.so'), 'wrong')
  const { result, attempts } = await firstThatWorks(sources, use)
  expect(result).toEqual({ value: 'right', source: 'pip' })
  expect(attempts).toEqual([{ source: 'the cache', reason: 'lib.so in the cache has been changed' }])
})

test('a folder named by LIMPID_TENSORFLOW comes first, and is taken into the cache', async () => {
  const given = join(root, 'given')
  await mkdir(join(given, 'lib'), { recursive: true })
  await mkdir(join(given, 'include', 'tensorflow', 'c'), { recursive: true })
  await writeFile(join(given, 'include', 'tensorflow', 'c', 'c_api.h'), '')
  vi.stubEnv('LIMPID_CACHE', join(root, 'cache'))
  vi.stubEnv('LIMPID_TENSORFLOW', given)
  const [first] = librarySources('cpu')
  await expect(first.fetch()).rejects.toThrow('no TensorFlow library')
  await writeFile(join(given, 'lib', 'libtensorflow.so.2'), 'elf')
  const entry = await first.fetch()
  expect(entry.files.map((file) => file.path).sort()).toEqual([
    'include/tensorflow/c/c_api.h',
    'lib/libtensorflow.so.2',
  ])
})

const CONTENT = 'a wheel'
const WHEEL: PinnedWheel = {
  project: 'thing',
  version: '1.0',
  file: 'thing-1.0-py3-none-any.whl',
  bytes: CONTENT.length,
  sha256: createHash('sha256').update(CONTENT).digest('hex'),
}

test('a wheel with the wrong hash is refused', async () => {
  const fetching = fetchWheels([WHEEL], root, async (wheel, folder) => {
    await writeFile(join(folder, wheel.file), 'a whee1')
    return join(folder, wheel.file)
  })
  await expect(fetching).rejects.toThrow('wrong SHA-256')
})

test('a wheel that an interrupted set-up left is used, and not fetched again', async () => {
  const fetcher = vi.fn(async (wheel: PinnedWheel, folder: string) => {
    await writeFile(join(folder, wheel.file), CONTENT)
    return join(folder, wheel.file)
  })
  const paths = await fetchWheels([WHEEL], root, fetcher)
  expect(await fetchWheels([WHEEL], root, fetcher)).toEqual(paths)
  expect(fetcher).toHaveBeenCalledTimes(1)
  expect(await readFile(paths[0], 'utf8')).toBe(CONTENT)
})
