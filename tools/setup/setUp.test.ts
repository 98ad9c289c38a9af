import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Variant } from './pins.ts'
import { type Running, setUpAsAsked, type Ways } from './setUp.ts'

let cache: string
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'limpid-set-up-'))
  vi.stubEnv('LIMPID_CACHE', cache)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(cache, { recursive: true, force: true })
})

const remembered = () => readFile(join(cache, 'tensorflow', 'variant'), 'utf8').catch(() => null)
const ON_CPU: Running = { version: '2.21.0', gpu: false }
const ON_GPU: Running = { version: '2.21.0', gpu: true }

/** Ways of which those work that are named, and in `taken` the order in which they were tried. */
function ways(working: { gpu?: Running; cpu?: Running; there?: Running; own?: Running }) {
  const taken: string[] = []
  const all: Ways = {
    fetch: async (variant: Variant) => {
      taken.push(variant)
      const value = working[variant]
      if (value) return { result: { value, source: 'pip download' }, attempts: [EMPTY] }
      return { result: null, attempts: [EMPTY, { source: 'pip download', reason: `no ${variant} wheel` }] }
    },
    keep: async () => {
      taken.push('there')
      return working.there ?? Promise.reject(new Error('not there'))
    },
    ownInstall: async () => {
      taken.push('own')
      return working.own ?? Promise.reject(new Error('answered 404'))
    },
  }
  return { all, taken }
}
const EMPTY = { source: 'the cache', reason: 'nothing in the cache yet' }

test('what was asked for and fetched is ready in one line, and --gpu is remembered for the next installs', async () => {
  const { message, ready } = await setUpAsAsked({ gpu: true }, ways({ gpu: ON_GPU }).all)
  expect({ message, ready }).toEqual({
    message: expect.stringMatching(
      /^TensorFlow 2.21.0 on the GPU is ready \(from pip download, [\d.]+ s\)\.$/,
    ),
    ready: true,
  })
  const next = ways({ gpu: ON_GPU })
  await setUpAsAsked({}, next.all)
  expect(next.taken).toEqual(['gpu'])
  await setUpAsAsked({ cpu: true }, ways({ cpu: ON_CPU }).all)
  expect(await remembered()).toBe('cpu')
})

test('--gpu that comes to nothing is not ready though the CPU build still runs, says why, and is not remembered', async () => {
  for (const working of [{ there: ON_CPU }, { cpu: ON_CPU }, { own: ON_CPU }]) {
    const { message, ready } = await setUpAsAsked({ gpu: true }, ways(working).all)
    expect(ready).toBe(false)
    expect(message).toContain('could not be set up with CUDA. TensorFlow 2.21.0 on the CPU is used instead')
    expect(message).toContain('pip download (no gpu wheel)')
    expect(await remembered()).toBeNull()
  }
})

test("the pinned build for the CPU comes before the package's own download, which nobody verified", async () => {
  const { all, taken } = ways({ cpu: ON_CPU, own: ON_GPU })
  await setUpAsAsked({ gpu: true }, all)
  expect(taken).toEqual(['gpu', 'there', 'cpu'])
})

test('what lies there already is kept where nothing pinned can be had, and why is said', async () => {
  const { message, ready } = await setUpAsAsked({}, ways({ there: ON_CPU }).all)
  expect(ready).toBe(true)
  expect(message).toContain('what was already there was kept')
  expect(message).toContain('pip download (no cpu wheel)')
  expect((await setUpAsAsked({ gpu: true }, ways({ there: ON_GPU, cpu: ON_CPU }).all)).ready).toBe(true)
})

test('a build with CUDA that uses no GPU here, as while an image is built, is ready and says so', async () => {
  const { message, ready } = await setUpAsAsked({ gpu: true }, ways({ gpu: ON_CPU }).all)
  expect(ready).toBe(true)
  expect(message).toContain('found no GPU that it can use here')
})

test('where nothing runs, every reason is told, and what would help', async () => {
  const { message, ready } = await setUpAsAsked({ gpu: true }, ways({}).all)
  expect(ready).toBe(false)
  for (const reason of ['no gpu wheel', 'pip download without CUDA (no cpu wheel)', 'answered 404']) {
    expect(message).toContain(reason)
  }
  expect(message).toContain('What helps: python3 with pip')
})
