/** A loaded model, ready to run on blocks of a picture. */
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { LimpidError } from '../../contract/errors.ts'
import type { Manifest, Speciality } from '../../contract/model.ts'
import { openGraph } from '../backends/tensorflow/graph/graph.ts'
import type { Graph } from '../backends/tensorflow/graph/loaded-graph.ts'
import { tf } from '../tf.ts'
import { forInference } from './for-inference.ts'
import { withGpuErrors } from './gpu-errors.ts'
import { loadModel } from './model-file.ts'

/** A model as the tasks use it, wherever it computes: on this thread, or on a pool of workers. */
export type Network = {
  readonly manifest: Manifest
  /** Time spent in the network so far, ms. */
  readonly elapsedMs: number
  /**
   * Runs on [height, width, channels], 0..1, with as many channels as the model takes, and gives as many as it makes
   * (`channelsOf`), not clipped. A model from RGB to RGB takes grey too: three equal channels, averaged. Sides must be
   * multiples of the model's size multiple. Throws `out-of-memory`, and `backend-unavailable` where the backend fails as
   * it computes.
   */
  run(values: Float32Array, width: number, height: number, channels: number): Promise<Float32Array>
  /** Its specialist for that; absent where it has none. What that one computes counts as this one's time. */
  specialist?(speciality: Speciality): Promise<Network>
}

/** Channels that go in and come out: RGB where the manifest says nothing else. */
export function channelsOf({ channels }: Pick<Manifest, 'channels'>): { input: number; output: number } {
  return channels ?? { input: 3, output: 3 }
}

/** On tfjs's backend of this thread, one block at a time. */
export class LocalNetwork implements Network {
  readonly manifest: Manifest
  elapsedMs = 0
  readonly #graph: Graph

  private constructor(graph: Graph, manifest: Manifest) {
    this.#graph = graph
    this.manifest = manifest
  }

  /** The trained `model` as it is best run here; it is the network's from now on. */
  static async of(model: tf.LayersModel, manifest: Manifest): Promise<LocalNetwork> {
    try {
      const layers = forInference(model)
      const graph = openGraph(layers, manifest.sizeMultiple)
      if (graph) layers.dispose()
      return new LocalNetwork(graph ?? layerByLayer(layers), manifest)
    } catch (thrown) {
      throw isOutOfMemory(thrown) ? outOfMemory('as it opened a model', thrown) : brokenBackend(thrown)
    }
  }

  async run(values: Float32Array, width: number, height: number, channels: number): Promise<Float32Array> {
    const start = performance.now()
    try {
      return await withGpuErrors(() => this.#compute(values, width, height, channels))
    } catch (thrown) {
      if (!isOutOfMemory(thrown)) throw brokenBackend(thrown)
      throw outOfMemory(`on a tile of ${width} × ${height} px`, thrown)
    } finally {
      this.elapsedMs += performance.now() - start
    }
  }

  async #compute(
    values: Float32Array,
    width: number,
    height: number,
    channels: number,
  ): Promise<Float32Array> {
    const { input, output: made } = channelsOf(this.manifest)
    const greyAsRgb = channels === 1 && input === 3 && made === 3
    const output = tf.tidy(() => {
      const picture = tf.tensor4d(values, [1, height, width, channels])
      const given = greyAsRgb ? (picture.tile([1, 1, 1, 3]) as tf.Tensor4D) : picture
      const restored = this.#graph.run(given)
      return greyAsRgb ? restored.mean(3) : restored
    })
    try {
      return await output.data<'float32'>() // a GPU's numbers can only be waited for
    } finally {
      output.dispose()
    }
  }

  /** For measuring: as fast as it gets to be after some time of computing pictures like this one. */
  settle(values: Float32Array, width: number, height: number): void {
    const { input } = channelsOf(this.manifest)
    tf.tidy(() => this.#graph.settle?.(tf.tensor4d(values, [1, height, width, input])))
  }

  dispose(): void {
    this.#graph.dispose()
  }
}

function layerByLayer(model: tf.LayersModel): Graph {
  return {
    run: (picture) => model.execute(picture, model.outputs[0].name) as tf.Tensor4D, // predict copies its input
    dispose: () => model.dispose(),
  }
}

/** Models that are kept loaded: an old photo goes through five, its white noise's specialist counted, the next one too. */
const KEPT = 6
const loaded: { folder: string; changed: number; backend: string; network: LocalNetwork }[] = []

/**
 * The model of that folder on this thread's backend, read and checked once, kept loaded until `KEPT` others were asked
 * for since.
 */
export async function openNetwork(folder: string): Promise<LocalNetwork> {
  const backend = tf.getBackend()
  const changed = await stat(path.join(folder, 'manifest.json'))
    .then(({ mtimeMs }) => mtimeMs)
    .catch(() => 0)
  const at = loaded.findIndex((one) => one.folder === folder)
  const [known] = at < 0 ? [] : loaded.splice(at, 1)
  if (known?.changed === changed && known.backend === backend) {
    loaded.push(known)
    return known.network
  }
  known?.network.dispose()
  const { model, manifest } = await loadModel(folder).catch((thrown) => {
    // What a backend says that has no room for the weights.
    const why = thrown instanceof LimpidError && thrown.code === 'model-damaged' ? thrown.cause : null
    throw isOutOfMemory(why) ? outOfMemory('as it opened a model', why) : thrown
  })
  const network = await LocalNetwork.of(model, manifest)
  loaded.push({ folder, changed, backend, network })
  if (loaded.length > KEPT) loaded.shift()!.network.dispose()
  return network
}

function isOutOfMemory(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false
  const { message } = thrown
  return (
    (thrown instanceof LimpidError && thrown.code === 'out-of-memory') ||
    /OOM|out of memory|allocation failed|failed to allocate|ResourceExhausted/i.test(message) ||
    // WebGPU's limits, WebAssembly's end.
    /exceeds the max buffer size|Dispatch size exceeds|memory access out of bounds/i.test(message)
  )
}

function outOfMemory(when: string, cause: unknown): LimpidError {
  return new LimpidError('out-of-memory', `The engine ran out of memory ${when}.`, {
    hint: 'Close other programs, or choose a smaller model.',
    cause,
  })
}

/** What a lost GPU, a driver's error or a trap in WebAssembly comes to. */
function brokenBackend(cause: unknown): LimpidError {
  const message = cause instanceof Error ? cause.message || cause.name : String(cause)
  const reason = message.trim().split('\n')[0].replace(/\.$/, '')
  return new LimpidError(
    'backend-unavailable',
    `The backend ${tf.getBackend()} failed as it computed: ${reason}.`,
    { hint: 'Try again, or compute on another backend; `limpid doctor` shows which there are.', cause },
  )
}
