import os from 'node:os'
import type { BackendName } from '../contract/backend.ts'

/** Of memory for a pixel of a tile of the largest restoration U-Nets, measured. */
const BYTES_A_PIXEL = { wasm: 800, tensorflow: 860 }

/**
 * Largest tile with its halo, px: what a backend computes at once. On TensorFlow 3.5 MP take 1.6 GB with `denoise-fast`, 3
 * with `denoise-best`, and no tile takes more than half of the computer's memory. Smaller tiles spend more on their halos;
 * on WebAssembly, all workers' tiles together take up to a quarter of it. `memory`: in bytes.
 */
export function tileLimit(backend: BackendName, workers: number, memory = availableMemory()): number {
  switch (backend) {
    case 'tensorflow':
      return Math.min(3.5e6, memory / 2 / BYTES_A_PIXEL.tensorflow)
    case 'webgpu':
      return 1e6
    case 'wasm':
      return Math.min(2e6, memory / 4 / BYTES_A_PIXEL.wasm / workers)
    case 'cpu':
      return 0.1e6
  }
}

/** Of the computer, or of the container that this runs in. */
function availableMemory(): number {
  return Math.min(os.totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY)
}
