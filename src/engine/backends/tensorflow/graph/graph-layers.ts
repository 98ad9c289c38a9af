/**
 * How each layer is said in TensorFlow's own ops. To run one more kind of layer in a graph, add its line to the table; a
 * model with a layer that is not here is run layer by layer.
 */
import type { tf } from '../../../tf.ts'
import {
  type Emit,
  emitAxis,
  emitConstant,
  emitFusedConvolution,
  emitPacked,
  emitReshaped,
  FLOAT,
  INT32,
  integers,
  NHWC,
} from './ops.ts'
import type { Constant } from './saved-model.ts'

/** One call of one layer, and the graph that it is written into. */
export type LayerCall = {
  config: LayerConfig
  /** As they are at the call, in the layer's order. */
  weights: Constant[]
  /** Names of the nodes that go in. */
  inputs: readonly string[]
  /** Of what comes out. */
  channels: number
  /** The last node added is what the layer gives. */
  emit: Emit
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
  Concatenate: ({ config, inputs, emit }) => {
    const axis = emitConstant(emit, integers([config.axis], []))
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

function convolution({ config, weights: [kernel, bias], inputs, emit }: LayerCall): boolean {
  const { strides, dilationRate = [1, 1], padding, activation, dataFormat } = config
  const geometry = {
    ...NHWC,
    strides: [1, ...strides, 1],
    dilations: [1, ...dilationRate, 1],
    padding: padding.toUpperCase(),
  }
  // TensorFlow merges a convolution with a sum by itself, but not with a ReLU.
  if (bias && activation === 'relu') {
    emitFusedConvolution(emit, [inputs[0], emitConstant(emit, kernel), emitConstant(emit, bias)], geometry, [
      'BiasAdd',
      'Relu',
    ])
    return dataFormat !== 'channelsFirst'
  }
  const y = emit('Conv2D', [inputs[0], emitConstant(emit, kernel)], geometry)
  const sum = bias ? emit('BiasAdd', [y, emitConstant(emit, bias)], NHWC) : y
  return dataFormat !== 'channelsFirst' && activate(emit, activation, sum)
}

/** The gradient of a convolution by its input; that must be told how large it was. */
function transposedConvolution({ config, weights: [kernel, bias], inputs, emit }: LayerCall): boolean {
  const { strides, padding, activation, filters, dataFormat } = config
  if (padding !== 'same' || dataFormat === 'channelsFirst') return false
  // [batch, h, w, c] · [1, s, s, 0] + [0, 0, 0, filters]
  const given = emit('Shape', [inputs[0]], { ...FLOAT, out_type: { type: 'int32' } })
  const scaled = emit('Mul', [given, emitConstant(emit, integers([1, ...strides, 0]))], INT32)
  const size = emit('AddV2', [scaled, emitConstant(emit, integers([0, 0, 0, filters]))], INT32)
  const y = emit('Conv2DBackpropInput', [size, emitConstant(emit, kernel), inputs[0]], {
    ...NHWC,
    strides: [1, ...strides, 1],
    dilations: [1, 1, 1, 1],
    padding: 'SAME',
  })
  return activate(emit, activation, bias ? emit('BiasAdd', [y, emitConstant(emit, bias)], NHWC) : y)
}

/**
 * As batch norm with nothing to normalize: with a ReLU behind, oneDNN does that in one pass, a bias of its own it adds in
 * one more.
 */
function biasRelu({ weights: [bias], inputs, emit }: LayerCall): boolean {
  const filled = (value: number) =>
    emitConstant(emit, { ...bias, values: new Float32Array(bias.values.length).fill(value) })
  const y = emit('FusedBatchNormV3', [inputs[0], filled(1), emitConstant(emit, bias), filled(0), filled(1)], {
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
  { config: { factor }, inputs: [x], channels, emit }: LayerCall,
  scale: 'Mul' | 'FloorDiv',
): boolean {
  const scalar = (value: number) => emitConstant(emit, integers([value], []))
  // Packed of scalars, what is known of the new shape stays known: sums are merged with convolutions by it.
  const reshape = (input: string, ...sizes: (number | string)[]) => {
    const scalars = sizes.map((size) => (typeof size === 'string' ? size : scalar(size)))
    return emitReshaped(emit, input, emitPacked(emit, scalars))
  }
  const shape = emit('Shape', [x], { ...FLOAT, out_type: { type: 'int32' } })
  const [height, width] = [1, 2].map((axis) => emitAxis(emit, shape, axis))
  const [newHeight, newWidth] = [height, width].map((side) => emit(scale, [side, scalar(factor)], INT32))
  const rows =
    scale === 'Mul'
      ? reshape(x, height, width, factor, factor * channels)
      : reshape(x, newHeight, factor, newWidth, channels / factor)
  const perm = emitConstant(emit, integers([0, 2, 1, 3]))
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

function activate(emit: Emit, name: string, input: string): boolean {
  if (name === 'linear') return true
  const op = ACTIVATIONS[name]
  if (op) emit(op, [input], FLOAT)
  return op !== undefined
}

export function constantOf(weight: tf.Tensor): Constant {
  return { type: 'float', shape: weight.shape, values: weight.dataSync<'float32'>() }
}
