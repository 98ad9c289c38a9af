import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { digestOf, openEntry, storeEntry } from './cache.ts'

let root: string
let folder: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'limpid-cache-'))
  folder = join(root, 'library')
})
afterEach(() => rm(root, { recursive: true, force: true }))

async function fill(staging: string): Promise<void> {
  await mkdir(join(staging, 'lib'))
  await writeFile(join(staging, 'lib', 'libthing.so.2'), 'machine code')
  await symlink('libthing.so.2', join(staging, 'lib', 'libthing.so'))
}

test('what was stored is found again, with where it came from', async () => {
  const stored = await storeEntry(folder, 'pip download', fill)
  expect(await openEntry(folder)).toEqual(stored)
  expect(stored.files.map((file) => file.path)).toEqual(['lib/libthing.so.2'])
  expect(stored.links).toEqual([{ path: 'lib/libthing.so', target: 'libthing.so.2' }])
})

test('an empty cache says so', async () => {
  await expect(openEntry(folder)).rejects.toThrow('nothing in the cache yet')
})

test('a file that was cut short, changed or removed is noticed', async () => {
  const file = join(folder, 'lib', 'libthing.so.2')
  await storeEntry(folder, 'test', fill)
  await writeFile(file, 'machine')
  await expect(openEntry(folder)).rejects.toThrow('wrong size')
  await writeFile(file, 'machine c0de')
  await expect(openEntry(folder)).rejects.toThrow('has been changed')
  await rm(file)
  await expect(openEntry(folder)).rejects.toThrow('missing')
})

test('a change that keeps size and time is noticed by the full check', async () => {
  const stored = await storeEntry(folder, 'test', fill)
  const file = join(folder, 'lib', 'libthing.so.2')
  await writeFile(file, 'machine c0de')
  await utimes(file, new Date(), new Date(stored.files[0].mtimeMs))
  await expect(openEntry(folder, { full: true })).rejects.toThrow('has been changed')
})

test('the same bytes under another time are still good, as after restoring an archive', async () => {
  await storeEntry(folder, 'test', fill)
  await utimes(join(folder, 'lib', 'libthing.so.2'), new Date(), new Date(0))
  await expect(openEntry(folder)).resolves.toBeDefined()
})

test('a set-up that fails half way leaves no entry and no rubbish', async () => {
  const failing = storeEntry(folder, 'test', async (staging) => {
    await fill(staging)
    throw new Error('disk full')
  })
  await expect(failing).rejects.toThrow('disk full')
  expect(await readdir(root)).toEqual([])
})

test('the digest names the content, not the folder or the source', async () => {
  const one = await storeEntry(folder, 'one', fill)
  const two = await storeEntry(join(root, 'other'), 'two', fill)
  const three = await storeEntry(join(root, 'third'), 'one', (staging) => writeFile(join(staging, 'x'), 'y'))
  expect(digestOf(one)).toBe(digestOf(two))
  expect(digestOf(one)).not.toBe(digestOf(three))
})

test('of two set-ups at once, the entry of the one that ends first stays', async () => {
  const stored = await storeEntry(folder, 'second', async (staging) => {
    await storeEntry(folder, 'first', fill)
    await fill(staging)
  })
  expect(stored.source).toBe('first')
  expect((await openEntry(folder)).source).toBe('first')
})

test('what a killed set-up left behind goes after a day', async () => {
  const left = join(root, '.working-abc')
  await mkdir(left)
  await storeEntry(folder, 'test', fill)
  expect(await readdir(root)).toContain('.working-abc')
  await utimes(left, new Date(0), new Date(0))
  await storeEntry(join(root, 'next'), 'test', fill)
  expect(await readdir(root)).not.toContain('.working-abc')
})
