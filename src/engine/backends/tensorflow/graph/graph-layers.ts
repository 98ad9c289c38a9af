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
  PixelShuffle: ({ config, inputs, emit }) => {
    emit('DepthToSpace', inputs, { ...NHWC, block_size: config.factor })
    return true
  },
  PixelUnshuffle: ({ config, inputs, emit }) => {
    emit('SpaceToDepth', inputs, { ...NHWC, block_size: config.factor })
    return true
  },
}

const FLOAT: Record<string, Attribute> = { T: { type: 'float' } }
const NHWC: Record<string, Attribute> = { ...FLOAT, data_format: 'NHWC' }

function convolution({ config, weights: [kernel, bias], inputs, emit, constant }: LayerCall): boolean {
  const { strides, dilationRate = [1, 1], padding, activation, dataFormat } = config
  const y = emit('Conv2D', [inputs[0], constant(kernel)], {
    ...NHWC,
    strides: [1, ...strides, 1],
    dilations: [1, ...dilationRate, 1],
    padding: padding.toUpperCase(),
  })
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
  const int32: Record<string, Attribute> = { T: { type: 'int32' } }
  // [batch, h, w, c] · [1, s, s, 0] + [0, 0, 0, filters]
  const given = emit('Shape', [inputs[0]], { ...FLOAT, out_type: { type: 'int32' } })
  const scaled = emit('Mul', [given, constant(integers([1, ...strides, 0]))], int32)
  const size = emit('AddV2', [scaled, constant(integers([0, 0, 0, filters]))], int32)
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
