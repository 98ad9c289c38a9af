/**
 * How each layer is said in ONNX. To export one more kind of layer, add its line to the table.
 *
 * Inside the ONNX graph pictures are [batch, channels, height, width]: ONNX knows no other order. Kernels are
 * transposed to fit; nothing is transposed at run time.
 */
import { LimpidError } from '../../contract/errors.ts'
import type { tf } from '../tf.ts'
import type { OnnxAttribute } from './onnx-proto.ts'

/** One call of one layer, and the graph that it is written into. */
export type LayerCall = {
  layer: tf.layers.Layer
  config: LayerConfig
  /** Names of the tensors that go in. */
  inputs: readonly string[]
  /** Name of the tensor that comes out, of several the first. */
  output: string
  /** Adds an operator; its outputs are the layer's own unless one is named. */
  emit(
    op: string,
    inputs: readonly string[],
    attributes?: Record<string, OnnxAttribute>,
    output?: string,
  ): void
  /** Adds a weight of the layer, its axes permuted, and gives its name. */
  weight(tensor: tf.Tensor, as: string, permutation?: number[]): Promise<string>
  /** Adds numbers that are no weight, [values.length], and gives their name. */
  constant(values: readonly number[], as: string): string
}

/** What is read of a layer's configuration. Each kind of layer has some of these. */
export type LayerConfig = {
  activation: string
  alpha: number
  axis: number
  center: boolean
  dilationRate: number[]
  epsilon: number
  factor: number
  interpolation: 'nearest' | 'bilinear'
  kernelSize: number[]
  maxValue: number | null
  padding: 'same' | 'valid'
  poolSize: number[]
  scale: boolean
  size: number[]
  strides: number[]
}

export const onnxLayers: Record<string, (call: LayerCall) => Promise<void> | void> = {
  Conv2D: convolution,
  Conv2DTranspose: transposedConvolution,
  MaxPooling2D: maxPooling,
  UpSampling2D: ({ config: { size, interpolation }, inputs, emit, constant }) =>
    emit('Resize', [inputs[0], '', constant([1, 1, ...size], 'scales')], {
      mode: interpolation === 'bilinear' ? 'linear' : 'nearest',
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: 'floor',
    }),
  BatchNormalization: batchNormalization,
  Activation: (call) => activate(call, call.config.activation, call.inputs[0]),
  ReLU: (call) => {
    if (call.config.maxValue != null) throw cannot(call.layer, `a ceiling of ${call.config.maxValue}`)
    activate(call, 'relu', call.inputs[0])
  },
  LeakyReLU: ({ config, inputs, emit }) => emit('LeakyRelu', inputs, { alpha: { float: config.alpha } }),
  Dropout: ({ inputs, emit }) => emit('Identity', inputs), // drops in training alone
  Add: addition,
  Concatenate: ({ layer, config, inputs, emit }) => emit('Concat', inputs, { axis: axisOf(layer, config) }),
  // The channel order of `tf.nn.depth_to_space` is ONNX's DCR; SpaceToDepth has no other.
  PixelShuffle: ({ config, inputs, emit }) =>
    emit('DepthToSpace', inputs, { blocksize: config.factor, mode: 'DCR' }),
  PixelUnshuffle: ({ config, inputs, emit }) => emit('SpaceToDepth', inputs, { blocksize: config.factor }),
  // What an index counts differs, so both or neither must be in the file; they are made for each other.
  MaxPoolWithIndices: ({ inputs, emit }) => emit('MaxPool', inputs, TWO_BY_TWO),
  MaxUnpool: ({ inputs, emit }) => emit('MaxUnpool', inputs, TWO_BY_TWO),
}

const TWO_BY_TWO = { kernel_shape: [2, 2], strides: [2, 2] }

async function convolution(call: LayerCall): Promise<void> {
  const { kernelSize, strides, dilationRate, padding } = call.config
  await withActivation(call, 'Conv', {
    kernel_shape: kernelSize,
    strides,
    dilations: dilationRate,
    ...padded(padding, kernelSize, strides, dilationRate),
  })
}

async function transposedConvolution(call: LayerCall): Promise<void> {
  const { kernelSize, strides, padding } = call.config
  // The output is stride · input for `same`, and stride · input + max(0, kernel − stride) for `valid`.
  const cut = kernelSize.map((size, i) => (padding === 'same' ? Math.max(0, size - strides[i]) : 0))
  const missing = kernelSize.map((size, i) => Math.max(0, strides[i] - size))
  await withActivation(call, 'ConvTranspose', {
    kernel_shape: kernelSize,
    strides,
    pads: beforeAndAfter(cut),
    output_padding: missing,
  })
}

function maxPooling({ layer, config: { poolSize, strides, padding }, inputs, emit }: LayerCall): void {
  // onnxruntime refuses SAME_UPPER there, where the last pool may be one that needs no padding at all.
  if (padding === 'same' && poolSize.some((size, i) => size < strides[i])) {
    throw cannot(layer, 'padding `same` and pools smaller than their stride')
  }
  emit('MaxPool', inputs, { kernel_shape: poolSize, strides, ...padded(padding, poolSize, strides) })
}

/** A convolution of either kind with its bias, and the activation that tfjs keeps inside the same layer. */
async function withActivation(call: LayerCall, op: string, attributes: Record<string, OnnxAttribute>) {
  const { layer, config, inputs, output, emit, weight } = call
  const [kernel, bias] = layer.weights.map((variable) => variable.read())
  // [h, w, in, out] → [out, in, h, w]; of a transposed one [h, w, out, in] → [in, out, h, w].
  const wires = [inputs[0], await weight(kernel, 'kernel', [3, 2, 0, 1])]
  if (bias) wires.push(await weight(bias, 'bias'))
  if (config.activation === 'linear') return emit(op, wires, attributes)
  const linear = `${output}_linear`
  emit(op, wires, attributes, linear)
  activate(call, config.activation, linear)
}

const ACTIVATIONS: Record<string, string> = {
  linear: 'Identity',
  relu: 'Relu',
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
  elu: 'Elu',
}

function activate({ layer, emit }: LayerCall, name: string, input: string): void {
  if (!(name in ACTIVATIONS)) throw cannot(layer, `the activation "${name}"`)
  emit(ACTIVATIONS[name], [input])
}

async function batchNormalization({
  layer,
  config,
  inputs,
  emit,
  weight,
  constant,
}: LayerCall): Promise<void> {
  if (axisOf(layer, config) !== 1) throw cannot(layer, `axis ${config.axis}`)
  const weights = layer.weights.map((variable) => variable.read())
  const channels = weights[0].size
  // tfjs leaves out what is switched off; the mean and the variance are always the last two.
  const scale = config.scale
    ? await weight(weights.shift()!, 'scale')
    : constant(Array(channels).fill(1), 'scale')
  const centre = config.center
    ? await weight(weights.shift()!, 'centre')
    : constant(Array(channels).fill(0), 'centre')
  const mean = await weight(weights[0], 'mean')
  const variance = await weight(weights[1], 'variance')
  emit('BatchNormalization', [inputs[0], scale, centre, mean, variance], {
    epsilon: { float: config.epsilon },
  })
}

/** Two at a time: ONNX's Sum takes any number, but an Add is what engines fuse with a convolution. */
function addition({ inputs, output, emit }: LayerCall): void {
  let sum = inputs[0]
  for (let i = 1; i < inputs.length; i++) {
    const to = i === inputs.length - 1 ? output : `${output}_${i}`
    emit('Add', [sum, inputs[i]], {}, to)
    sum = to
  }
}

/**
 * TensorFlow's `same` makes the output ⌈input / stride⌉ and puts the odd pixel after the picture. For a stride of 1 the
 * padding is known; for more it depends on the picture's size, and ONNX's SAME_UPPER is the same rule.
 */
function padded(
  padding: 'same' | 'valid',
  kernel: number[],
  strides: number[],
  dilations = [1, 1],
): Record<string, OnnxAttribute> {
  if (padding === 'valid') return {}
  if (strides.some((stride) => stride > 1)) return { auto_pad: 'SAME_UPPER' }
  return { pads: beforeAndAfter(kernel.map((size, i) => (size - 1) * dilations[i])) }
}

/** [top, left, bottom, right] of a total of [height, width]. */
function beforeAndAfter(total: number[]): number[] {
  return [...total.map((size) => Math.floor(size / 2)), ...total.map((size) => Math.ceil(size / 2))]
}

/** Where an axis of [batch, height, width, channels] is in [batch, channels, height, width]. */
function axisOf(layer: tf.layers.Layer, { axis }: LayerConfig): number {
  const rank = (layer.outputShape as unknown[]).length
  return [0, 2, 3, 1][axis < 0 ? axis + rank : axis]
}

function cannot(layer: tf.layers.Layer, what: string): LimpidError {
  return new LimpidError(
    'bad-request',
    `The model can't be exported to ONNX: its layer "${layer.name}" (${layer.getClassName()}) has ${what}.`,
    { hint: 'Use it in TensorFlow.js: the model folder is in its standard layers format.' },
  )
}
