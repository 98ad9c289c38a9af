/**
 * A network as one TensorFlow graph. Layer by layer every op is called from JavaScript and none knows what comes next;
 * of a whole graph TensorFlow makes fewer and better ones: a convolution adds its bias and the other branch as it writes
 * its result, what is not needed any more is written over, weights are laid out for oneDNN once.
 */
import { tf } from '../../../tf.ts'
import { nativeBackend } from '../native-backend.ts'
import { FasterGraph } from './faster-graph.ts'
import { constantOf, graphLayers, type LayerCall } from './graph-layers.ts'
import { type Graph, INPUT, openNodes } from './loaded-graph.ts'
import { emitInto } from './ops.ts'
import type { GraphNode, GraphNodes } from './saved-model.ts'
import { withWinograd } from './winograd.ts'

/** Numbers may differ so far from those of the layers: other orders of summation. */
const TOLERANCE = 1e-4

/**
 * The network as a graph of this process's TensorFlow; null where it can't be one: on another backend, on a GPU (not
 * tried there), with a layer that has no line in the table, or, said on stderr, where TensorFlow does not take the graph
 * or its numbers are not the layers'.
 */
export function openGraph(model: tf.LayersModel, sizeMultiple: number): Graph | null {
  if (tf.getBackend() !== 'tensorflow' || nativeBackend().binding.isUsingGpuDevice()) return null
  const nodes = graphOf(model)
  if (!nodes) return null
  const sample = sampleFor(model, sizeMultiple)
  const run = (picture: tf.Tensor4D) => model.execute(picture, model.outputs[0].name) as tf.Tensor4D
  const direct = openChecked(
    nodes,
    { run },
    sample,
    'a network runs layer by layer, which is slower; as a graph',
  )
  if (!direct) return null
  return new FasterGraph(direct, () => {
    const winograd = withWinograd(nodes)
    return winograd && openChecked(winograd, direct, sample, 'wide convolutions run directly; by Winograd')
  })
}

/** Null, and `otherwise` with the reason on stderr, where it can't be opened or its numbers are not those of `like`. */
function openChecked(
  graph: GraphNodes,
  like: Pick<Graph, 'run'>,
  sample: Sample,
  otherwise: string,
): Graph | null {
  try {
    const opened = openNodes(graph)
    if (agree(opened, like, sample)) return opened
    opened.dispose()
    throw new Error('its numbers are others')
  } catch (thrown) {
    console.error(`engine: ${otherwise}:`, thrown)
    return null
  }
}

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
      emit: emitInto(this.nodes, layer.name),
    })
    if (!written) return null
    const name = this.nodes.at(-1)!.name
    this.#names.set(tensor.id, name)
    return name
  }
}

/** A small picture: its shape and numbers. */
type Sample = { shape: [number, number, number, number]; values: Float32Array }

function sampleFor(model: tf.LayersModel, sizeMultiple: number): Sample {
  const shape: Sample['shape'] = [1, sizeMultiple, 2 * sizeMultiple, model.inputs[0].shape[3]!]
  const values = Float32Array.from(
    { length: tf.util.sizeFromShape(shape) },
    (_, i) => (i * 0.7548776662466927) % 1,
  )
  return { shape, values }
}

function agree(graph: Graph, like: Pick<Graph, 'run'>, { shape, values }: Sample): boolean {
  return tf.tidy(() => {
    const picture = tf.tensor4d(values, shape)
    const difference = graph.run(picture).sub(like.run(picture)).abs().max().dataSync()[0]
    return difference <= TOLERANCE // false for NaN
  })
}
