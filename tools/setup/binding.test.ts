import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { bindingFor } from './binding.ts'
import type { CacheEntry } from './cache.ts'
import { fakePackage } from './testing/fakePackage.ts'

let root: string
let tfjs: string
let library: CacheEntry
beforeEach(async () => {
  root = join(await mkdtemp(join(tmpdir(), 'limpid-binding-test-')), 'Mé Projects')
  vi.stubEnv('LIMPID_CACHE', join(root, 'cache'))
  ;({ tfjs, library } = await fakePackage(root))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(dirname(root), { recursive: true, force: true })
})

test.skipIf(process.platform === 'win32')(
  'spaces in the paths of checkout and cache reach no makefile; Node and TensorFlow are found all the same',
  async () => {
    const { folder } = await bindingFor(library, tfjs)
    const { cwd, nodedir, headers } = JSON.parse(await readFile(join(folder, 'tfjs_binding.node'), 'utf8'))
    expect(cwd).toMatch(/^[\w./+-]+$/)
    expect(nodedir).toMatch(/^[\w./+-]+$/)
    expect(headers).toEqual(["Node's header", "TensorFlow's header"])
    await expect(stat(cwd)).rejects.toThrow('ENOENT')
  },
)

test.skipIf(process.platform === 'win32')('nor does a temporary folder with a space', async () => {
  vi.stubEnv('TMPDIR', root)
  const { folder } = await bindingFor(library, tfjs)
  const { cwd } = JSON.parse(await readFile(join(folder, 'tfjs_binding.node'), 'utf8'))
  expect(cwd).toMatch(/^[\w./+-]+$/)
})
