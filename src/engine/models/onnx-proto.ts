/**
 * Writes ONNX files: the part of onnx.proto3 (https://github.com/onnx/onnx) that a network of convolutions needs, as
 * protobuf. Numbers after a call's name are the schema's field numbers.
 */
import { bytes, float, int, join, text } from '../protobuf.ts'

/** A number is an ONNX INT, `{ float }` a FLOAT, a list INTS, a text STRING. */
export type OnnxAttribute = number | { float: number } | readonly number[] | string

export type OnnxNode = {
  op: string
  name: string
  inputs: readonly string[]
  outputs: readonly string[]
  attributes: Record<string, OnnxAttribute>
}

export type OnnxTensor = { name: string; shape: readonly number[]; values: Float32Array }

/** A float tensor that goes in or out. A size is a number, or the name of one that is not fixed. */
export type OnnxValue = { name: string; shape: readonly (number | string)[] }

export type OnnxModel = {
  name: string
  /** What a person who was handed the file should know. */
  doc: string
  /** Version of ONNX's set of operators. */
  opset: number
  inputs: readonly OnnxValue[]
  outputs: readonly OnnxValue[]
  nodes: readonly OnnxNode[]
  weights: readonly OnnxTensor[]
  metadata: Record<string, string>
}

/** Of the file format: the one that came with opset 17. */
const IR_VERSION = 8
const FLOAT = 1 // TensorProto.DataType

export function encodeOnnx(model: OnnxModel): Uint8Array {
  const graph = join([
    ...model.nodes.map((node) => bytes(1, encodeNode(node))),
    text(2, model.name),
    ...model.weights.map((tensor) => bytes(5, encodeTensor(tensor))),
    ...model.inputs.map((value) => bytes(11, encodeValue(value))),
    ...model.outputs.map((value) => bytes(12, encodeValue(value))),
  ])
  return join([
    int(1, IR_VERSION),
    text(2, 'Limpid'),
    text(6, model.doc),
    bytes(7, graph),
    bytes(8, int(2, model.opset)),
    ...Object.entries(model.metadata).map(([key, value]) => bytes(14, join([text(1, key), text(2, value)]))),
  ])
}

function encodeNode({ op, name, inputs, outputs, attributes }: OnnxNode): Uint8Array {
  return join([
    ...inputs.map((input) => text(1, input)),
    ...outputs.map((output) => text(2, output)),
    text(3, name),
    text(4, op),
    ...Object.entries(attributes).map(([key, value]) =>
      bytes(5, join([text(1, key), encodeAttribute(value)])),
    ),
  ])
}

/** The value, and in field 20 its type: AttributeProto.AttributeType. */
function encodeAttribute(value: OnnxAttribute): Uint8Array {
  if (typeof value === 'number') return join([int(3, value), int(20, 2)])
  if (typeof value === 'string') return join([text(4, value), int(20, 3)])
  if ('float' in value) return join([float(2, value.float), int(20, 1)])
  return join([...value.map((each) => int(8, each)), int(20, 7)])
}

function encodeTensor({ name, shape, values }: OnnxTensor): Uint8Array {
  // raw_data is little-endian, as every machine is that this runs on.
  const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  return join([...shape.map((size) => int(1, size)), int(2, FLOAT), text(8, name), bytes(9, raw)])
}

function encodeValue({ name, shape }: OnnxValue): Uint8Array {
  const sizes = shape.map((size) => bytes(1, typeof size === 'number' ? int(1, size) : text(2, size)))
  const tensorType = join([int(1, FLOAT), bytes(2, join(sizes))])
  return join([text(1, name), bytes(2, bytes(1, tensorType))])
}
