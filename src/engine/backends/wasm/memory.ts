import { LimpidError } from '../../../contract/errors.ts'
import { tf } from '../../tf.ts'

type WasmBackend = { wasm: { _malloc(bytes: number): number; _free(address: number): void } }

/**
 * tfjs's wasm backend does not look whether it got the memory that it asked for: beyond 4 GB, tensors come to lie on
 * top of each other at address 0. Here that is an error, as on every other backend.
 */
export function refuseWithoutMemory(): void {
  const { wasm } = tf.backend() as unknown as WasmBackend
  wasm._free(wasm._malloc(8)) // its first call puts another function in its place
  const allocate = wasm._malloc
  wasm._malloc = (bytes) => {
    const address = allocate(bytes)
    if (address !== 0 || bytes === 0) return address
    const needed = `${(bytes / 1e6).toFixed(0)} MB`
    throw new LimpidError('out-of-memory', `WebAssembly has no ${needed} left within its 4 GB.`, {
      hint: 'Use smaller tiles, or a backend without that limit: run `npm run setup:tensorflow`.',
    })
  }
}
