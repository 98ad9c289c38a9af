import { mkdir, mkdtemp, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type CacheEntry, storeEntry } from './cache.ts'
import { addLinkerNames } from './layout.ts'
import { isPlaced, placeInPackage } from './place.ts'

let root: string
let tfjs: string
let library: CacheEntry
let binding: CacheEntry
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'limpid-place-'))
  tfjs = join(root, 'tfjs-node-gpu')
  await mkdir(tfjs)
  await writeFile(
    join(tfjs, 'package.json'),
    '{ "version": "4.22.0", "binary": { "napi_versions": [3, 8] } }',
  )
  library = await storeLibrary('library')
  binding = await storeEntry(join(root, 'binding'), 'built here', (staging) =>
    writeFile(join(staging, 'tfjs_binding.node'), 'binding'),
  )
})
afterEach(() => rm(root, { recursive: true, force: true }))

function storeLibrary(content: string): Promise<CacheEntry> {
  return storeEntry(join(root, content), 'test', async (staging) => {
    await mkdir(join(staging, 'lib'))
    await mkdir(join(staging, 'include'))
    await writeFile(join(staging, 'include', 'c_api.h'), 'header')
    await writeFile(join(staging, 'lib', 'libtensorflow_cc.so.2'), content)
    await addLinkerNames(join(staging, 'lib'))
  })
}

test('library and binding land where tfjs-node looks, without costing their space again', async () => {
  expect(await isPlaced(tfjs, library, binding)).toBe(false)
  await placeInPackage(tfjs, library, binding)
  expect(await isPlaced(tfjs, library, binding)).toBe(true)
  expect(await readFile(join(tfjs, 'lib', 'napi-v8', 'tfjs_binding.node'), 'utf8')).toBe('binding')
  const placed = await stat(join(tfjs, 'deps', 'lib', 'libtensorflow_cc.so.2'))
  expect(placed.ino).toBe((await stat(join(library.folder, 'lib', 'libtensorflow_cc.so.2'))).ino)
  await expect(stat(join(tfjs, 'deps', 'include'))).rejects.toThrow('ENOENT')
})

test.runIf(process.platform === 'linux')("the linker's plain name leads to the library", async () => {
  await placeInPackage(tfjs, library, binding)
  expect(await readlink(join(tfjs, 'deps', 'lib', 'libtensorflow.so'))).toBe('libtensorflow_cc.so.2')
})

test('another library takes the place of the old one whole; the cache keeps both', async () => {
  await placeInPackage(tfjs, library, binding)
  const other = await storeLibrary('other')
  expect(await isPlaced(tfjs, other, binding)).toBe(false)
  await placeInPackage(tfjs, other, binding)
  expect(await isPlaced(tfjs, other, binding)).toBe(true)
  expect(await readFile(join(library.folder, 'lib', 'libtensorflow_cc.so.2'), 'utf8')).toBe('library')
})

test('a file that someone removed from the package is noticed', async () => {
  await placeInPackage(tfjs, library, binding)
  await rm(join(tfjs, 'lib', 'napi-v8', 'tfjs_binding.node'))
  expect(await isPlaced(tfjs, library, binding)).toBe(false)
})
