import os from 'node:os'
import type { BackendName } from '../contract/backend.ts'

/** Of memory on WebAssembly for a pixel of a tile of the restoration U-Net, measured. */
const BYTES_A_PIXEL = 800

/**
 * Largest tile with its halo, px: what a backend computes at once. On TensorFlow 3.5 MP take 1.6 GB with `denoise-fast`, 3
 * with `denoise-best`. Smaller tiles spend more on their halos; on WebAssembly, all workers' tiles together take up to a
 * quarter of the computer's memory.
 */
export function tileLimit(backend: BackendName, workers: number): number {
  switch (backend) {
    case 'tensorflow':
      return 3.5e6
    case 'webgpu':
      return 1e6
    case 'wasm': {
      const memory = Math.min(os.totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY)
      return Math.min(2e6, Math.max(0.5e6, memory / 4 / BYTES_A_PIXEL / workers))
    }
    case 'cpu':
      return 0.1e6
  }
}
