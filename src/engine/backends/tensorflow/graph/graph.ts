/**
 * A network as one TensorFlow graph. Layer by layer every op is called from JavaScript and none knows what comes next;
 * of a whole graph TensorFlow makes fewer and better ones: a convolution adds its bias and the other branch as it writes
 * its result, what is not needed any more is written over, weights are laid out for oneDNN once.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { tf } from '../../../tf.ts'
import { nativeBackend } from '../native-backend.ts'
import { constantOf, graphLayers, type LayerCall } from './graph-layers.ts'
import { type Constant, encodeSavedModel, type GraphNode, TAG } from './saved-model.ts'

export type Graph = {
  /** [1, height, width, channels] → the same size, what the model makes of it. */
  run(picture: tf.Tensor4D): tf.Tensor4D
  dispose(): void
}

/** Numbers may differ so far from those of the layers: other orders of summation. */
const TOLERANCE = 1e-4

/**
 * The network as a graph of this process's TensorFlow; null where it can't be one: on another backend, on a GPU (not
 * tried there), with a layer that has no line in the table, or, said on stderr, where TensorFlow does not take the graph
 * or its numbers are not the layers'.
 */
export async function openGraph(model: tf.LayersModel, sizeMultiple: number): Promise<Graph | null> {
  if (tf.getBackend() !== 'tensorflow' || nativeBackend().binding.isUsingGpuDevice()) return null
  const graph = graphOf(model)
  if (!graph) return null
  const folder = await mkdtemp(path.join(os.tmpdir(), 'limpid-graph-'))
  try {
    await writeFile(path.join(folder, 'saved_model.pb'), encodeSavedModel(graph.nodes))
    const opened = new SavedModel(folder, graph)
    if (agrees(opened, model, sizeMultiple)) return opened
    opened.dispose()
    throw new Error('its numbers are not those of the layers')
  } catch (thrown) {
    console.error('engine: a network runs layer by layer, which is slower; as a graph:', thrown)
    return null
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** `output`: the node that computes it. */
type GraphNodes = { nodes: GraphNode[]; output: string }

/** The node that the picture is put into. */
const INPUT = 'input'

/** Null for a model with a layer that is not in the table, or with several inputs or outputs. */
export function graphOf(model: tf.LayersModel): GraphNodes | null {
  if (model.inputs.length !== 1 || model.outputs.length !== 1) return null
  const writer = new GraphWriter(model.inputs[0])
  const output = writer.reach(model.outputs[0])
  return output === null ? null : { nodes: writer.nodes, output }
}

/** Grows from the model's output back to its input. */
class GraphWriter {
  readonly nodes: GraphNode[] = []
  /** Of each symbolic tensor that was reached, by its id: the node that computes it. */
  readonly #names = new Map<number, string>()

  constructor(input: tf.SymbolicTensor) {
    // Sums are merged with convolutions only where both are known to have one shape, and so the input must have one.
    const shape = [1, ...input.shape.slice(1).map((size) => size ?? -1)]
    const attributes = { dtype: { type: 'float' }, shape: { shape } } as const
    this.nodes.push({ name: INPUT, op: 'Placeholder', inputs: [], attributes })
    this.#names.set(input.id, INPUT)
  }

  /** The name of the node that computes this tensor; null where there can be none. */
  reach(tensor: tf.SymbolicTensor): string | null {
    const known = this.#names.get(tensor.id)
    if (known !== undefined) return known
    const { sourceLayer: layer, nodeIndex } = tensor
    const write = graphLayers[layer.getClassName()]
    if (!write) return null
    const inputs: string[] = []
    for (const input of layer.inboundNodes[nodeIndex].inputTensors) {
      const name = this.reach(input)
      if (name === null) return null
      inputs.push(name)
    }
    const written = write({
      config: layer.getConfig() as unknown as LayerCall['config'],
      weights: layer.getWeights().map(constantOf),
      inputs,
      channels: tensor.shape.at(-1) as number,
      emit: (op, from, attributes = {}) => this.#add(layer.name, op, from, attributes),
      constant: (value) => this.#constant(layer.name, value),
    })
    if (!written) return null
    const name = this.nodes.at(-1)!.name
    this.#names.set(tensor.id, name)
    return name
  }

  #add(layer: string, op: string, inputs: readonly string[], attributes: GraphNode['attributes']): string {
    const name = `${layer}/${this.nodes.length}`
    this.nodes.push({ name, op, inputs, attributes })
    return name
  }

  #constant(layer: string, value: Constant): string {
    return this.#add(layer, 'Const', [], { dtype: { type: value.type }, value: { tensor: value } })
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

/** Tries a small picture on both. */
function agrees(graph: Graph, model: tf.LayersModel, sizeMultiple: number): boolean {
  return tf.tidy(() => {
    const channels = model.inputs[0].shape[3]!
    const [height, width] = [sizeMultiple, 2 * sizeMultiple]
    const count = height * width * channels
    const picture = tf.range(0, count).mul(0.7548776662466927).mod(1) as tf.Tensor
    const given = picture.reshape([1, height, width, channels]) as tf.Tensor4D
    const expected = model.execute(given, model.outputs[0].name) as tf.Tensor4D
    const difference = graph.run(given).sub(expected).abs().max().dataSync()[0]
    return difference <= TOLERANCE // false for NaN
  })
}
