import type { Manifest } from '../../contract/model.ts'
import type { Network } from '../models/network.ts'
import type { WorkerPool } from './worker-pool.ts'

/** A model on a pool: as many blocks at a time as the pool has workers. Each worker reads and checks it once. */
export class PooledNetwork implements Network {
  readonly manifest: Manifest
  readonly #folder: string
  readonly #pool: WorkerPool
  readonly #signal: AbortSignal | undefined
  #running = 0
  #since = 0
  #elapsedMs = 0

  constructor(folder: string, manifest: Manifest, pool: WorkerPool, signal?: AbortSignal) {
    this.#folder = folder
    this.manifest = manifest
    this.#pool = pool
    this.#signal = signal
  }

  /** Time in which at least one block was at work or waited for a worker, ms. */
  get elapsedMs(): number {
    return this.#elapsedMs + (this.#running > 0 ? performance.now() - this.#since : 0)
  }

  async run(values: Float32Array, width: number, height: number, channels: number): Promise<Float32Array> {
    if (this.#running++ === 0) this.#since = performance.now()
    try {
      const block = { folder: this.#folder, values, width, height, channels }
      return await this.#pool.run(block, this.#signal)
    } finally {
      if (--this.#running === 0) this.#elapsedMs += performance.now() - this.#since
    }
  }
}
