/** A loaded model, ready to run on blocks of a picture. */
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { LimpidError } from '../../contract/errors.ts'
import type { Manifest } from '../../contract/model.ts'
import { tf } from '../tf.ts'
import type { Geometry } from '../tiling.ts'
import { loadModel } from './model-file.ts'

export class Network {
  readonly manifest: Manifest
  /** Time spent in the network so far, ms. */
  elapsedMs = 0
  readonly #model: tf.LayersModel

  constructor(model: tf.LayersModel, manifest: Manifest) {
    this.#model = model
    this.manifest = manifest
  }

  get geometry(): Geometry {
    const { sizeMultiple, receptiveFieldRadius } = this.manifest
    return { sizeMultiple, receptiveFieldRadius }
  }

  /**
   * Runs on [height, width, channels], 0..1, and gives the same shape, not clipped. Grey is run as three equal channels
   * and averaged. Sides must be multiples of the model's size multiple.
   */
  run(values: Float32Array, width: number, height: number, channels: 1 | 3): Float32Array {
    const start = performance.now()
    try {
      return tf.tidy(() => {
        const picture = tf.tensor4d(values, [1, height, width, channels])
        const input = channels === 1 ? picture.tile([1, 1, 1, 3]) : picture
        const output = this.#model.predictOnBatch(input) as tf.Tensor4D
        return (channels === 1 ? output.mean(3) : output).dataSync<'float32'>()
      })
    } catch (thrown) {
      throw isOutOfMemory(thrown) ? outOfMemory(width, height, thrown) : thrown
    } finally {
      this.elapsedMs += performance.now() - start
    }
  }

  dispose(): void {
    this.#model.dispose()
  }
}

let latest: { folder: string; changed: number; network: Network } | null = null

/** The model of that folder, read and checked once, kept loaded until another one is asked for. */
export async function openNetwork(folder: string): Promise<Network> {
  const changed = await stat(path.join(folder, 'manifest.json'))
    .then(({ mtimeMs }) => mtimeMs)
    .catch(() => 0)
  if (latest?.folder === folder && latest.changed === changed) return latest.network
  const { model, manifest } = await loadModel(folder)
  latest?.network.dispose()
  latest = { folder, changed, network: new Network(model, manifest) }
  return latest.network
}

function isOutOfMemory(thrown: unknown): boolean {
  return (
    thrown instanceof Error &&
    /OOM|out of memory|allocation failed|failed to allocate|ResourceExhausted/i.test(thrown.message)
  )
}

function outOfMemory(width: number, height: number, cause: unknown): LimpidError {
  return new LimpidError(
    'out-of-memory',
    `The engine ran out of memory on a tile of ${width} × ${height} px.`,
    {
      hint: 'Close other programs, or choose a smaller model.',
      cause,
    },
  )
}
