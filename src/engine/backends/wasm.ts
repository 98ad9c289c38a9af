/** Backend `wasm`: tfjs's kernels in WebAssembly (XNNPACK), on one core. Needs nothing of the system. */
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { tf } from '../tf.ts'
import { type Backend, unavailable } from './backend.ts'
import { registerWasmGradients } from './wasm/gradients.ts'
import { freeKeptKernels } from './wasm/kept-kernels.ts'
import { refuseWithoutMemory } from './wasm/memory.ts'
import { repairSamePadding } from './wasm/same-padding.ts'

/** What 32 bits reach, bytes. */
const ADDRESSABLE = 2 ** 32

export const wasm: Backend = {
  name: 'wasm',
  async start() {
    const { setWasmPaths } = await load()
    const folder = path.dirname(
      createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json'),
    )
    setWasmPaths(path.join(folder, 'dist', path.sep))
    // Its threads are a browser's workers; Node's they do not fit.
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false)
    if (!(await tf.setBackend('wasm'))) {
      throw unavailable(
        'The WebAssembly files of @tensorflow/tfjs-backend-wasm do not load.',
        'Run `npm ci` again.',
      )
    }
    refuseWithoutMemory()
    freeKeptKernels()
    repairSamePadding()
    registerWasmGradients()
    const device = tf.env().getBool('WASM_HAS_SIMD_SUPPORT') ? 'WebAssembly with SIMD' : 'WebAssembly'
    return { device, memory: Math.min(ADDRESSABLE, os.totalmem()) }
  },
}

async function load() {
  try {
    return await import('@tensorflow/tfjs-backend-wasm')
  } catch (thrown) {
    throw unavailable('The package @tensorflow/tfjs-backend-wasm is not installed.', 'Run `npm ci`.', thrown)
  }
}
