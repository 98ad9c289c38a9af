/** What writers of graphs have in common. */
import type { Attribute, Constant, GraphNode } from './saved-model.ts'

type Attributes = Record<string, Attribute>

export const FLOAT: Attributes = { T: { type: 'float' } }
export const INT32: Attributes = { T: { type: 'int32' } }
export const NHWC: Attributes = { ...FLOAT, data_format: 'NHWC' }

/** Adds a node and gives its name. */
export type Emit = (op: string, inputs: readonly string[], attributes?: Attributes) => string

/** Appends to `nodes`, under names that no other node there has: the prefix and how many there were. */
export function emitInto(nodes: GraphNode[], prefix: string): Emit {
  return (op, inputs, attributes = {}) => {
    const name = `${prefix}/${nodes.length}`
    nodes.push({ name, op, inputs, attributes })
    return name
  }
}

export function emitConstant(emit: Emit, value: Constant): string {
  return emit('Const', [], { dtype: { type: value.type }, value: { tensor: value } })
}

/** conv(x, kernel) + each of `added`, the bias first, activated: `ops` says what is done, by TensorFlow's names. */
export function emitFusedConvolution(
  emit: Emit,
  [x, kernel, ...added]: readonly string[],
  geometry: Attributes,
  ops: readonly string[],
): string {
  return emit('_FusedConv2D', [x, kernel, ...added], {
    ...geometry,
    num_args: added.length,
    TArgs: { types: added.map(() => 'float' as const) },
    num_host_args: 0,
    fused_ops: { strings: ops },
  })
}

export function integers(values: number[], shape: number[] = [values.length]): Constant {
  return { type: 'int32', shape, values: Int32Array.from(values) }
}

/** An axis of a shape's node, as a scalar. */
export function emitAxis(emit: Emit, shape: string, axis: number): string {
  const [from, to, step] = [axis, axis + 1, 1].map((at) => emitConstant(emit, integers([at])))
  return emit('StridedSlice', [shape, from, to, step], {
    ...INT32,
    Index: { type: 'int32' },
    shrink_axis_mask: 1,
  })
}

/** Scalars as a vector, vectors as a matrix. */
export function emitPacked(emit: Emit, values: readonly string[]): string {
  return emit('Pack', values, { ...INT32, N: values.length, axis: 0 })
}

export function emitReshaped(emit: Emit, input: string, shape: string): string {
  return emit('Reshape', [input, shape], { ...FLOAT, Tshape: { type: 'int32' } })
}
