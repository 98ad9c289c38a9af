/** A graph in this process's TensorFlow. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { tf } from '../../../tf.ts'
import { nativeBackend } from '../native-backend.ts'
import { encodeSavedModel, type GraphNodes, TAG } from './saved-model.ts'

export type Graph = {
  /** [1, height, width, channels] → the same size, what the model makes of it. */
  run(picture: tf.Tensor4D): tf.Tensor4D
  /** Becomes at once what it would be after some time of computing pictures like this one. */
  settle?(picture: tf.Tensor4D): void
  dispose(): void
}

/** The node that the picture is put into. */
export const INPUT = 'input'

/** Throws what TensorFlow says where it does not take the graph. */
export function openNodes(graph: GraphNodes): Graph {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'limpid-graph-'))
  try {
    writeFileSync(path.join(folder, 'saved_model.pb'), encodeSavedModel(graph.nodes))
    return new SavedModel(folder, graph)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What of tfjs-node's backend loads graphs and runs them. */
type SavedModels = {
  loadSavedModelMetaGraph(folder: string, tags: string): number
  runSavedModel(id: number, inputs: tf.Tensor[], infos: { name: string }[], outputs: string[]): tf.Tensor[]
  deleteSavedModel(id: number): void
}

class SavedModel implements Graph {
  readonly #backend = nativeBackend() as unknown as SavedModels
  readonly #id: number
  readonly #output: string

  constructor(folder: string, { output }: GraphNodes) {
    this.#id = this.#backend.loadSavedModelMetaGraph(folder, TAG)
    this.#output = `${output}:0`
  }

  run(picture: tf.Tensor4D): tf.Tensor4D {
    const [result] = this.#backend.runSavedModel(
      this.#id,
      [picture],
      [{ name: `${INPUT}:0` }],
      [this.#output],
    )
    return result as tf.Tensor4D
  }

  dispose(): void {
    this.#backend.deleteSavedModel(this.#id)
  }
}
