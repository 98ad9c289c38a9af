/**
 * Writes a graph as TensorFlow's SavedModel: the part of saved_model.proto and graph.proto
 * (https://github.com/tensorflow/tensorflow/tree/master/tensorflow/core) that a network of convolutions needs, its weights
 * as constants. Numbers after a call's name are the schema's field numbers.
 */
import { bytes, float, int, join, text } from '../../../protobuf.ts'

/** A number is an int, `{ float }` a float, a list of numbers ints, a text a string. */
export type Attribute =
  | number
  | { float: number }
  | readonly number[]
  | string
  | boolean
  | { type: DataType }
  | { types: readonly DataType[] }
  | { strings: readonly string[] }
  /** −1 is a size that is open. */
  | { shape: readonly number[] }
  | { tensor: Constant }

export const DATA_TYPES = { float: 1, int32: 3 } as const
export type DataType = keyof typeof DATA_TYPES

export type Constant = { type: DataType; shape: readonly number[]; values: Float32Array | Int32Array }

export type GraphNode = {
  name: string
  op: string
  inputs: readonly string[]
  attributes: Record<string, Attribute>
}

/** `output`: the node that computes it. */
export type GraphNodes = { nodes: GraphNode[]; output: string }

/** What it is loaded by, among the graphs of a file. */
export const TAG = 'serve'
/** TF_GRAPH_DEF_VERSION of TensorFlow 2.0: any version since reads it. */
const PRODUCER = 175

export function encodeSavedModel(nodes: readonly GraphNode[]): Uint8Array {
  const graph = join([...nodes.map((node) => bytes(1, encodeNode(node))), bytes(4, int(1, PRODUCER))])
  const metaGraph = join([bytes(1, text(4, TAG)), bytes(2, graph)])
  return join([int(1, 1), bytes(2, metaGraph)])
}

function encodeNode({ name, op, inputs, attributes }: GraphNode): Uint8Array {
  return join([
    text(1, name),
    text(2, op),
    ...inputs.map((input) => text(3, input)),
    ...Object.entries(attributes).map(([key, value]) =>
      bytes(5, join([text(1, key), bytes(2, encodeAttribute(value))])),
    ),
  ])
}

function encodeAttribute(value: Attribute): Uint8Array {
  if (typeof value === 'number') return int(3, value)
  if (typeof value === 'string') return text(2, value)
  if (typeof value === 'boolean') return int(5, Number(value))
  if ('float' in value) return float(4, value.float)
  if ('type' in value) return int(6, DATA_TYPES[value.type])
  if ('types' in value) return bytes(1, join(value.types.map((each) => int(6, DATA_TYPES[each]))))
  if ('strings' in value) return bytes(1, join(value.strings.map((each) => text(2, each))))
  if ('shape' in value) return bytes(7, encodeShape(value.shape))
  if ('tensor' in value) return bytes(8, encodeTensor(value.tensor))
  return bytes(1, join(value.map((each) => int(3, each))))
}

function encodeTensor({ type, shape, values }: Constant): Uint8Array {
  // tensor_content is little-endian, as every machine is that this runs on.
  const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  return join([int(1, DATA_TYPES[type]), bytes(2, encodeShape(shape)), bytes(4, raw)])
}

const encodeShape = (shape: readonly number[]) => join(shape.map((size) => bytes(2, int(1, size))))
