import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { install } from './tensorflow.ts'
import { fakePackage } from './testing/fakePackage.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'limpid-install-'))
  vi.stubEnv('LIMPID_CACHE', join(root, 'cache'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(root, { recursive: true, force: true })
})

test.skipIf(process.platform === 'win32')(
  'a library that crashes on this machine is not left where the app would load it',
  async () => {
    const { tfjs, library } = await fakePackage(root)
    // SIGILL, not "no such file": it was in place when it was tried.
    await expect(install(library, tfjs)).rejects.toThrow('it does not run on this machine: ended by SIGILL')
    for (const part of ['deps', 'lib/napi-v8', '.limpid-setup.json']) {
      await expect(stat(join(tfjs, part))).rejects.toThrow('ENOENT')
    }
    expect(await readFile(join(library.folder, 'lib', 'libtensorflow_cc.so.2'), 'utf8')).toBe('machine code')
  },
)
