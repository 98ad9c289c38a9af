/**
 * Writes a model as ONNX (https://onnx.ai), for other engines and for the benchmark.
 *
 * The file takes and gives pictures as [batch, channels, height, width], as ONNX models do, where TensorFlow.js has
 * [batch, height, width, channels]: whoever runs it transposes at the border, or keeps their pictures that way.
 * Sizes that are open in the model stay open.
 */
import { LimpidError } from '../../contract/errors.ts'
import { tf } from '../tf.ts'
import { type LayerConfig, onnxLayers } from './onnx-layers.ts'
import { encodeOnnx, type OnnxNode, type OnnxTensor, type OnnxValue } from './onnx-proto.ts'

/** Read by onnxruntime since 1.12 (2022), and by everybody else by now. */
const OPSET = 17

/** `metadata` goes into the file as key and value. Throws `bad-request` for a layer that is not in the table. */
export async function exportOnnx(
  model: tf.LayersModel,
  metadata: Record<string, string> = {},
): Promise<Uint8Array> {
  const graph = new Graph()
  const outputs: OnnxValue[] = []
  const inputs = model.inputs.map((input) => graph.input(input))
  for (const output of model.outputs) outputs.push(openValue(await graph.reach(output), output.shape))
  return encodeOnnx({
    name: model.name,
    doc: 'Pictures are [batch, channels, height, width], float, 0..1.',
    opset: OPSET,
    inputs,
    outputs,
    nodes: graph.nodes,
    weights: graph.weights,
    metadata,
  })
}

/** Grows from the model's outputs back to its inputs. */
class Graph {
  readonly nodes: OnnxNode[] = []
  readonly weights: OnnxTensor[] = []
  /** Of each symbolic tensor that was reached, by its id: its name in the graph. */
  readonly #names = new Map<number, string>()

  input(tensor: tf.SymbolicTensor): OnnxValue {
    const name = tensor.sourceLayer.name
    this.#names.set(tensor.id, name)
    return openValue(name, tensor.shape)
  }

  /** Adds what it takes to compute this tensor, and gives its name. */
  async reach(tensor: tf.SymbolicTensor): Promise<string> {
    const known = this.#names.get(tensor.id)
    if (known !== undefined) return known
    const { sourceLayer: layer, nodeIndex } = tensor
    const inputs: string[] = []
    for (const input of layer.inboundNodes[nodeIndex].inputTensors) inputs.push(await this.reach(input))
    const name = nodeIndex === 0 ? layer.name : `${layer.name}_${nodeIndex}` // a layer may be called more than once
    const given = layer.inboundNodes[nodeIndex].outputTensors
    const outputs = given.map((_, i) => (i === 0 ? name : `${name}_output${i}`))
    given.forEach(({ id }, i) => {
      this.#names.set(id, outputs[i])
    })
    await this.#write(layer, inputs, outputs)
    return this.#names.get(tensor.id)!
  }

  async #write(layer: tf.layers.Layer, inputs: string[], outputs: string[]): Promise<void> {
    const kind = layer.getClassName()
    const config = layer.getConfig() as unknown as LayerConfig & { dataFormat?: string }
    const write = onnxLayers[kind]
    if (!write || config.dataFormat === 'channelsFirst') {
      throw new LimpidError(
        'bad-request',
        `The model can't be exported to ONNX: its layer "${layer.name}" is a ${kind}.`,
        {
          hint: `These can: ${Object.keys(onnxLayers).join(', ')}.`,
        },
      )
    }
    await write({
      layer,
      config,
      inputs,
      output: outputs[0],
      emit: (op, from, attributes = {}, to) => {
        const results = to === undefined ? outputs : [to]
        this.nodes.push({ op, name: results[0], inputs: from, outputs: results, attributes })
      },
      weight: (values, as, permutation) => this.#weight(`${layer.name}/${as}`, values, permutation),
      constant: (values, as) =>
        this.#add({ name: `${layer.name}/${as}`, shape: [values.length], values: new Float32Array(values) }),
    })
  }

  async #weight(name: string, tensor: tf.Tensor, permutation?: number[]): Promise<string> {
    const ordered = permutation ? tf.transpose(tensor, permutation) : tensor
    const values = (await ordered.data()) as Float32Array
    const { shape } = ordered
    if (ordered !== tensor) ordered.dispose()
    return this.#add({ name, shape, values })
  }

  #add(tensor: OnnxTensor): string {
    if (!this.weights.some(({ name }) => name === tensor.name)) this.weights.push(tensor)
    return tensor.name
  }
}

/** The shape of a picture [batch, height, width, channels] as ONNX has it; what is open gets a name. */
function openValue(name: string, shape: readonly (number | null)[]): OnnxValue {
  if (shape.length !== 4) {
    throw new LimpidError(
      'bad-request',
      `"${name}" can't be exported to ONNX: only models from picture to picture can.`,
    )
  }
  const [batch, height, width, channels] = shape
  return { name, shape: [batch ?? 'batch', channels!, height ?? `${name}_height`, width ?? `${name}_width`] }
}
