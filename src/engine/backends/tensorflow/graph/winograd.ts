/**
 * A graph with half the multiplications in its wide 3×3 convolutions, by Winograd's F(4, 3) over the rows (Winograd 1980;
 * of convolutions: Lavin & Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016). Four rows of a result
 * come of six rows of the input, mixed, by six convolutions of 1×3 whose results are mixed again; directly they take
 * twelve. Mixing costs passes over memory, and the more channels there are, the less it is beside the convolutions.
 */
import {
  type Emit,
  emitAxis,
  emitConstant,
  emitFusedConvolution,
  emitInto,
  emitPacked,
  emitReshaped,
  FLOAT,
  INT32,
  integers,
  NHWC,
} from './ops.ts'
import type { Constant, GraphNode, GraphNodes } from './saved-model.ts'

/** Rows of a result that are made at once, and rows of the input that they come of. */
const [ROWS, TAPS] = [4, 6]
/** Bᵀ: rows of the input → what is convolved. */
const INPUT = [
  [4, 0, -5, 0, 1, 0],
  [0, -4, -4, 1, 1, 0],
  [0, 4, -4, -1, 1, 0],
  [0, -2, -1, 2, 1, 0],
  [0, 2, -1, -2, 1, 0],
  [0, 4, 0, -5, 0, 1],
]
/** G: a kernel's three rows → six kernels of one row. */
const KERNEL = [
  [1 / 4, 0, 0],
  [-1 / 6, -1 / 6, -1 / 6],
  [-1 / 6, 1 / 6, -1 / 6],
  [1 / 24, 1 / 12, 1 / 6],
  [1 / 24, -1 / 12, 1 / 6],
  [0, 0, 1],
]
/**
 * in · out / (in + out) from which a convolution gains, as measured (BENCHMARKS.md): multiplications that are spared grow
 * with in · out, passes over memory with in + out. That is 72 channels in and 72 out.
 */
const WIDE = 36

/** The same graph so written, its output by the same name; null where no convolution is wide. */
export function withWinograd({ nodes, output }: GraphNodes): GraphNodes | null {
  const given = new Map(nodes.map((node) => [node.name, node]))
  const written: GraphNode[] = []
  const constants = new Constants(written)
  const sizes = new Sizes(constants)
  let isWide = false
  for (const node of nodes) {
    const convolution = asWideConvolution(node, given)
    if (!convolution) {
      written.push(node)
      if (KEEPS_SIZE.has(node.op)) sizes.same(node.name, node.inputs[0])
      continue
    }
    isWide = true
    const emit = emitInto(written, node.name)
    emitWinograd(emit, convolution, sizes.of(convolution.x, emit), constants)
    written.push({ ...written.pop()!, name: node.name })
    sizes.same(node.name, convolution.x)
  }
  return isWide ? { nodes: whatMakes(output, written), output } : null
}

function whatMakes(output: string, nodes: readonly GraphNode[]): GraphNode[] {
  const wanted = new Set([output])
  const found = nodes.toReversed().filter(({ name, inputs }) => {
    if (!wanted.has(name)) return false
    for (const input of inputs) wanted.add(input.split(':')[0])
    return true
  })
  return found.reverse()
}

/** relu(conv(x, kernel) + bias), or without the ReLU. `kernel`: [3, 3, in, out]. */
type WideConvolution = { x: string; kernel: Constant; bias: string; relu: boolean }

function asWideConvolution(node: GraphNode, given: ReadonlyMap<string, GraphNode>): WideConvolution | null {
  const relu = node.op === '_FusedConv2D'
  const convolution = relu ? node : node.op === 'BiasAdd' && given.get(node.inputs[0])
  if (!convolution || (!relu && convolution.op !== 'Conv2D')) return null
  const { inputs, attributes } = convolution
  const { tensor: kernel } = given.get(inputs[1])!.attributes.value as { tensor: Constant }
  const [height, width, channels, filters] = kernel.shape
  const fits =
    height === 3 &&
    width === 3 &&
    attributes.padding === 'SAME' &&
    [attributes.strides, attributes.dilations].every((steps) => String(steps) === '1,1,1,1')
  const wide = (channels * filters) / (channels + filters) >= WIDE
  return fits && wide ? { x: inputs[0], kernel, bias: relu ? inputs[2] : node.inputs[1], relu } : null
}

/** Nodes that depend on the size of a feature map alone. */
type Size = {
  height: string
  width: string
  /** How many times `ROWS` rows are made. */
  groups: string
  /** [TAPS, groups, 1]: rows of the map; some above and below it. */
  taps: string
}

/** Ops whose result is as high and wide as what goes in. */
const KEEPS_SIZE: ReadonlySet<string> = new Set(['AddV2', 'Relu'])

/** One `Size` for as many feature maps as have it for certain: a graph is opened sooner the fewer nodes it has. */
class Sizes {
  readonly #known = new Map<string, Size>()
  readonly #constants: Constants

  constructor(constants: Constants) {
    this.#constants = constants
  }

  of(map: string, emit: Emit): Size {
    const known = this.#known.get(map)
    if (known) return known
    const int = (value: number) => this.#constants.integer(value)
    const shape = emit('Shape', [map], { ...FLOAT, out_type: { type: 'int32' } })
    const [height, width] = [1, 2].map((axis) => emitAxis(emit, shape, axis))
    const [none, rows] = [0, ROWS].map(int)
    const groups = emit('FloorDiv', [emit('AddV2', [height, int(ROWS - 1)], INT32), rows], INT32)
    const made = emit('Mul', [groups, rows], INT32)
    const first = emit('Range', [none, made, rows], { Tidx: { type: 'int32' } })
    const tap = this.#constants.integers([-1, 0, 1, 2, 3, 4], [TAPS, 1])
    const size = {
      height,
      width,
      groups,
      taps: emit('ExpandDims', [emit('AddV2', [tap, first], INT32), int(2)], {
        ...INT32,
        Tdim: { type: 'int32' },
      }),
    }
    this.#known.set(map, size)
    return size
  }

  /** Of a `map` that is as large as `other`. */
  same(map: string, other: string): void {
    const size = this.#known.get(other)
    if (size) this.#known.set(map, size)
  }
}

/** The last node that is emitted is the result. */
function emitWinograd(
  emit: Emit,
  { x, kernel, bias, relu }: WideConvolution,
  size: Size,
  constants: Constants,
): void {
  const [, , channels, filters] = kernel.shape
  const int = (value: number) => constants.integer(value)
  const reshape = (map: string, to: string) => emitReshaped(emit, map, to)
  const add = (a: string, b: string) => emit('AddV2', [a, b], FLOAT)
  const subtract = (a: string, b: string) => emit('Sub', [a, b], FLOAT)
  /** a + times · b, in one pass. */
  const addTimes = (a: string, times: number, b: string) =>
    emit('AddN', [a, ...Array<string>(times).fill(b)], { ...FLOAT, N: times + 1 })

  // [TAPS, groups, width · channels]; rows that there are none of are zeros
  const rowsOf = reshape(x, emitPacked(emit, [size.height, int(-1)]))
  const taken = emit('GatherNd', [rowsOf, size.taps], {
    Tparams: { type: 'float' },
    Tindices: { type: 'int32' },
    bad_indices_policy: 'IGNORE',
  })
  const input = emitConstant(emit, {
    type: 'float',
    shape: [TAPS, TAPS],
    values: Float32Array.from(INPUT.flat()),
  })
  const flat = reshape(taken, constants.integers([TAPS, -1]))
  const mixed = emit('MatMul', [input, flat], { ...FLOAT, transpose_a: false, transpose_b: false })
  const mixedShape = emitPacked(emit, [int(TAPS), size.groups, size.width, int(channels)])
  const split = emit('Split', [int(0), reshape(mixed, mixedShape)], { ...FLOAT, num_split: TAPS })

  const geometry = { ...NHWC, strides: [1, 1, 1, 1], dilations: [1, 1, 1, 1], padding: 'SAME' }
  const kernels = rowKernels(kernel).map((row) => emitConstant(emit, row))
  const convolve = (part: number) => emit('Conv2D', [`${split}:${part}`, kernels[part]], geometry)
  const convolveAndAdd = (part: number, added: readonly string[], ...ops: string[]) =>
    emitFusedConvolution(emit, [`${split}:${part}`, kernels[part], ...added], geometry, ops)
  const activation = relu ? ['Relu'] : []
  const activate = (map: string) => (relu ? emit('Relu', [map], FLOAT) : map)

  // Aᵀ. The second one is in every row once, and so it brings the bias.
  const second = convolveAndAdd(1, [bias], 'BiasAdd')
  const [third, fourth, fifth] = [2, 3, 4].map(convolve)
  const [even, odd] = [add(second, third), subtract(second, third)]
  const [even2, odd2] = [add(fourth, fifth), subtract(fourth, fifth)]
  const noBias = emitConstant(emit, { type: 'float', shape: [filters], values: new Float32Array(filters) })
  const rows = [
    convolveAndAdd(0, [noBias, add(even, even2)], 'BiasAdd', 'Add', ...activation),
    activate(addTimes(odd, 2, odd2)),
    activate(addTimes(even, 4, even2)),
    convolveAndAdd(5, [noBias, addTimes(odd, 8, odd2)], 'BiasAdd', 'Add', ...activation),
  ]
  const interleaved = emit('Pack', rows, { ...FLOAT, N: ROWS, axis: 2 })
  const all = reshape(interleaved, emitPacked(emit, [int(-1), size.width, int(filters)]))
  const sides = emitPacked(emit, [size.height, int(-1), int(-1)])
  const cropped = emit('Slice', [all, constants.integers([0, 0, 0]), sides], {
    ...FLOAT,
    Index: { type: 'int32' },
  })
  reshape(cropped, emitPacked(emit, [int(1), size.height, size.width, int(filters)]))
}

/** Integers that several nodes need, each written once. */
class Constants {
  readonly #emit: Emit
  readonly #known = new Map<string, string>()

  constructor(nodes: GraphNode[]) {
    this.#emit = emitInto(nodes, 'winograd')
  }

  integer(value: number): string {
    return this.integers([value], [])
  }

  integers(values: number[], shape?: number[]): string {
    const value = integers(values, shape)
    const key = `${value.shape}: ${values}`
    const known = this.#known.get(key) ?? emitConstant(this.#emit, value)
    this.#known.set(key, known)
    return known
  }
}

/** A kernel of [3, 3, in, out] → six of [1, 3, in, out]. */
function rowKernels({ type, shape, values }: Constant): Constant[] {
  const row = values.length / 3
  return KERNEL.map(([above, here, below]) => {
    const mixed = new Float32Array(row)
    for (let i = 0; i < row; i++) {
      mixed[i] = above * values[i] + here * values[row + i] + below * values[2 * row + i]
    }
    return { type, shape: [1, ...shape.slice(1)], values: mixed }
  })
}
