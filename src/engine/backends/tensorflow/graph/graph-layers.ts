/**
 * How each layer is said in TensorFlow's own ops. To run one more kind of layer in a graph, add its line to the table; a
 * model with a layer that is not here is run layer by layer.
 */
import type { tf } from '../../../tf.ts'
import type { Attribute, Constant } from './saved-model.ts'

/** One call of one layer, and the graph that it is written into. */
export type LayerCall = {
  config: LayerConfig
  /** As they are at the call, in the layer's order. */
  weights: Constant[]
  /** Names of the nodes that go in. */
  inputs: readonly string[]
  /** Of what comes out. */
  channels: number
  /** Adds a node and gives its name; the last one added is what the layer gives. */
  emit(op: string, inputs: readonly string[], attributes?: Record<string, Attribute>): string
  constant(value: Constant): string
}

/** What is read of a layer's configuration. Each kind of layer has some of these. */
type LayerConfig = {
  activation: string
  axis: number
  dataFormat: string
  dilationRate: number[]
  factor: number
  filters: number
  kernelSize: number[]
  padding: 'same' | 'valid'
  poolSize: number[]
  strides: number[]
}

/** Each returns false for what it can't say. */
export const graphLayers: Record<string, (call: LayerCall) => boolean> = {
  Conv2D: convolution,
  Conv2DTranspose: transposedConvolution,
  BiasRelu: biasRelu,
  Activation: ({ config, inputs, emit }) => activate(emit, config.activation, inputs[0]),
  Add: ({ inputs, emit }) => {
    inputs.slice(1).reduce((sum, input) => emit('AddV2', [sum, input], FLOAT), inputs[0])
    return inputs.length > 1
  },
  Concatenate: ({ config, inputs, emit, constant }) => {
    const axis = constant(integers([config.axis], []))
    emit('ConcatV2', [...inputs, axis], { ...FLOAT, N: inputs.length, Tidx: { type: 'int32' } })
    return true
  },
  MaxPooling2D: ({ config: { poolSize, strides, padding, dataFormat }, inputs, emit }) => {
    emit('MaxPool', inputs, {
      ...NHWC,
      ksize: [1, ...poolSize, 1],
      strides: [1, ...strides, 1],
      padding: padding.toUpperCase(),
    })
    return dataFormat !== 'channelsFirst'
  },
  PixelShuffle: (call) => rearrange(call, 'Mul'),
  PixelUnshuffle: (call) => rearrange(call, 'FloorDiv'),
}

const FLOAT: Record<string, Attribute> = { T: { type: 'float' } }
const INT32: Record<string, Attribute> = { T: { type: 'int32' } }
const NHWC: Record<string, Attribute> = { ...FLOAT, data_format: 'NHWC' }

function convolution({ config, weights: [kernel, bias], inputs, emit, constant }: LayerCall): boolean {
  const { strides, dilationRate = [1, 1], padding, activation, dataFormat } = config
  const geometry = {
    ...NHWC,
    strides: [1, ...strides, 1],
    dilations: [1, ...dilationRate, 1],
    padding: padding.toUpperCase(),
  }
  // TensorFlow merges a convolution with a sum by itself, but not with a ReLU.
  if (bias && activation === 'relu') {
    emit('_FusedConv2D', [inputs[0], constant(kernel), constant(bias)], {
      ...geometry,
      num_args: 1, // the bias
      TArgs: { types: ['float'] },
      num_host_args: 0,
      fused_ops: { strings: ['BiasAdd', 'Relu'] },
    })
    return dataFormat !== 'channelsFirst'
  }
  const y = emit('Conv2D', [inputs[0], constant(kernel)], geometry)
  const sum = bias ? emit('BiasAdd', [y, constant(bias)], NHWC) : y
  return dataFormat !== 'channelsFirst' && activate(emit, activation, sum)
}

/** The gradient of a convolution by its input; that must be told how large it was. */
function transposedConvolution({
  config,
  weights: [kernel, bias],
  inputs,
  emit,
  constant,
}: LayerCall): boolean {
  const { strides, padding, activation, filters, dataFormat } = config
  if (padding !== 'same' || dataFormat === 'channelsFirst') return false
  // [batch, h, w, c] · [1, s, s, 0] + [0, 0, 0, filters]
  const given = emit('Shape', [inputs[0]], { ...FLOAT, out_type: { type: 'int32' } })
  const scaled = emit('Mul', [given, constant(integers([1, ...strides, 0]))], INT32)
  const size = emit('AddV2', [scaled, constant(integers([0, 0, 0, filters]))], INT32)
  const y = emit('Conv2DBackpropInput', [size, constant(kernel), inputs[0]], {
    ...NHWC,
    strides: [1, ...strides, 1],
    dilations: [1, 1, 1, 1],
    padding: 'SAME',
  })
  return activate(emit, activation, bias ? emit('BiasAdd', [y, constant(bias)], NHWC) : y)
}

/**
 * As batch norm with nothing to normalize: with a ReLU behind, oneDNN does that in one pass, a bias of its own it adds in
 * one more.
 */
function biasRelu({ weights: [bias], inputs, emit, constant }: LayerCall): boolean {
  const filled = (value: number) =>
    constant({ ...bias, values: new Float32Array(bias.values.length).fill(value) })
  const y = emit('FusedBatchNormV3', [inputs[0], filled(1), constant(bias), filled(0), filled(1)], {
    ...NHWC,
    U: { type: 'float' },
    epsilon: { float: 0 },
    exponential_avg_factor: { float: 1 },
    is_training: false,
  })
  emit('Relu', [y], FLOAT)
  return true
}

/**
 * Channels into pixels (a picture's sides are multiplied by the factor f) or back (divided): as [h, w, f, f · c] or
 * [h, f, w, f · c] with its middle axes exchanged, so that f · c numbers stay together. There is one picture: a graph's
 * batch is 1. TensorFlow's own DepthToSpace and SpaceToDepth take up to five times as long.
 */
function rearrange(
  { config: { factor }, inputs: [x], channels, emit, constant }: LayerCall,
  scale: 'Mul' | 'FloorDiv',
): boolean {
  const scalar = (value: number) => constant(integers([value], []))
  // Packed of scalars, what is known of the new shape stays known: sums are merged with convolutions by it.
  const reshape = (input: string, ...sizes: (number | string)[]) => {
    const scalars = sizes.map((size) => (typeof size === 'string' ? size : scalar(size)))
    const to = emit('Pack', scalars, { ...INT32, N: sizes.length, axis: 0 })
    return emit('Reshape', [input, to], { ...FLOAT, Tshape: { type: 'int32' } })
  }
  const shape = emit('Shape', [x], { ...FLOAT, out_type: { type: 'int32' } })
  const [height, width] = [1, 2].map((axis) => {
    const [from, to, step] = [axis, axis + 1, 1].map((at) => constant(integers([at])))
    return emit('StridedSlice', [shape, from, to, step], {
      ...INT32,
      Index: { type: 'int32' },
      shrink_axis_mask: 1,
    })
  })
  const [newHeight, newWidth] = [height, width].map((side) => emit(scale, [side, scalar(factor)], INT32))
  const rows =
    scale === 'Mul'
      ? reshape(x, height, width, factor, factor * channels)
      : reshape(x, newHeight, factor, newWidth, channels / factor)
  const perm = constant(integers([0, 2, 1, 3]))
  const turned = emit('Transpose', [rows, perm], { ...FLOAT, Tperm: { type: 'int32' } })
  reshape(turned, 1, newHeight, newWidth, channels)
  return true
}

const ACTIVATIONS: Partial<Record<string, string>> = {
  relu: 'Relu',
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
  elu: 'Elu',
}

function activate(emit: LayerCall['emit'], name: string, input: string): boolean {
  if (name === 'linear') return true
  const op = ACTIVATIONS[name]
  if (op) emit(op, [input], FLOAT)
  return op !== undefined
}

function integers(values: number[], shape: number[] = [values.length]): Constant {
  return { type: 'int32', shape, values: Int32Array.from(values) }
}

export function constantOf(weight: tf.Tensor): Constant {
  return { type: 'float', shape: weight.shape, values: weight.dataSync<'float32'>() }
}
