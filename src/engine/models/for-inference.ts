/**
 * A trained network as it is best run: the same numbers, within rounding, in fewer passes over memory.
 *
 * - Batch norm does a fixed scaling once training is over: it is folded into the convolution before it.
 * - A ReLU of its own is handed to the convolution, which backends fuse; to a transposed one they don't, and it leaves
 *   bias and ReLU to a layer that does both in one pass.
 * - Dropout does nothing.
 * - Doubling by nearest neighbour and a 3×3 convolution are one transposed convolution (`tensorflow/doubling.ts`).
 */
import { mergedWithDoubling } from '../backends/tensorflow/doubling.ts'
import { BiasRelu } from '../layers/bias-relu.ts'
import { tf } from '../tf.ts'

type Layer = tf.layers.Layer & { dispose(): unknown }

/** Where transposed convolutions are fast: oneDNN and cuDNN take their strides natively. */
const MERGES_UPSAMPLING: ReadonlySet<string> = new Set(['tensorflow'])

/** `model` is used up: disposed of where another one takes its place. */
export function forInference(model: tf.LayersModel): tf.LayersModel {
  const consumers = countConsumers(model)
  if (consumers === null) return model
  const rewriter = new Rewriter(consumers, MERGES_UPSAMPLING.has(tf.getBackend()))
  if (!model.layers.some((layer) => rewriter.improves(layer as Layer))) return model
  const inputs = model.inputs.map((input) => rewriter.input(input))
  const outputs = model.outputs.map((output) => rewriter.reach(output))
  const rewritten = tf.model({ inputs, outputs, name: model.name })
  rewriter.copyWeights()
  model.dispose()
  return rewritten
}

/** Of each tensor, by its id. Null where layers are called twice or give several tensors, or are models. */
function countConsumers(model: tf.LayersModel): Map<number, number> | null {
  const counts = new Map<number, number>(model.outputs.map(({ id }) => [id, 1]))
  for (const layer of model.layers) {
    if (layer.inboundNodes.length !== 1 || layer instanceof tf.LayersModel) return null
    if (layer.inboundNodes[0].outputTensors.length !== 1) return null
    for (const { id } of layer.inboundNodes[0].inputTensors) counts.set(id, (counts.get(id) ?? 0) + 1)
  }
  return counts
}

/** A convolution and what belongs to it. */
type Group = {
  convolution: Layer
  norm: Layer | null
  activation: string
  upsampled: boolean
  input: tf.SymbolicTensor
}

class Rewriter {
  readonly #consumers: Map<number, number>
  readonly #mergesUpsampling: boolean
  /** Of each tensor that was reached, by its id: its place in the new graph. */
  readonly #tensors = new Map<number, tf.SymbolicTensor>()
  /** To be run when the new layers have been built. */
  readonly #copies: (() => void)[] = []

  constructor(consumers: Map<number, number>, mergesUpsampling: boolean) {
    this.#consumers = consumers
    this.#mergesUpsampling = mergesUpsampling
  }

  /** Whether the graph gets better at this layer. */
  improves(layer: Layer): boolean {
    return layer.getClassName() === 'Dropout' || this.#groupAt(layer.output as tf.SymbolicTensor) !== null
  }

  input(tensor: tf.SymbolicTensor): tf.SymbolicTensor {
    const { name } = tensor.sourceLayer
    const input = tf.input({ name, shape: tensor.shape.slice(1), dtype: tensor.dtype })
    this.#tensors.set(tensor.id, input)
    return input
  }

  reach(tensor: tf.SymbolicTensor): tf.SymbolicTensor {
    const known = this.#tensors.get(tensor.id)
    if (known) return known
    const reached = this.#rewrite(tensor)
    this.#tensors.set(tensor.id, reached)
    return reached
  }

  copyWeights(): void {
    for (const copy of this.#copies) copy()
  }

  #rewrite(tensor: tf.SymbolicTensor): tf.SymbolicTensor {
    const layer = tensor.sourceLayer as Layer
    const inputs = layer.inboundNodes[0].inputTensors
    if (layer.getClassName() === 'Dropout') return this.reach(inputs[0])
    const group = this.#groupAt(tensor)
    if (group) return this.#write(group)
    const copy = cloneOf(layer)
    const reached = inputs.map((input) => this.reach(input))
    this.#copies.push(() => copy.setWeights(layer.getWeights()))
    return copy.apply(reached.length === 1 ? reached[0] : reached) as tf.SymbolicTensor
  }

  /** The group that ends with this tensor, or null if there is nothing to merge. */
  #groupAt(tensor: tf.SymbolicTensor): Group | null {
    let at = tensor
    const before = () => {
      const [input] = at.sourceLayer.inboundNodes[0].inputTensors
      return this.#consumers.get(input.id) === 1 ? input : null
    }
    if (at.sourceLayer.inboundNodes[0].inputTensors.length !== 1) return null
    const isRelu = isPlainRelu(at.sourceLayer as Layer)
    if (isRelu) {
      const input = before()
      if (!input) return null
      at = input
    }
    let norm: Layer | null = null
    if (at.sourceLayer.getClassName() === 'BatchNormalization') {
      norm = at.sourceLayer as Layer
      const input = before()
      if (!input) return null
      at = input
    }
    const convolution = at.sourceLayer as Layer
    const kind = convolution.getClassName()
    if (kind !== 'Conv2D' && kind !== 'Conv2DTranspose') return null
    const { activation, dataFormat } = configOf(convolution)
    if ((isRelu || norm) && activation !== 'linear') return null
    if (dataFormat !== 'channelsLast') return null
    const [input] = convolution.inboundNodes[0].inputTensors
    const upsampled =
      this.#mergesUpsampling &&
      kind === 'Conv2D' &&
      this.#consumers.get(input.id) === 1 &&
      isDoubling(input.sourceLayer as Layer) &&
      isThreeByThree(convolution)
    if (!isRelu && !norm && !upsampled) return null
    return {
      convolution,
      norm,
      activation: isRelu ? 'relu' : activation,
      upsampled,
      input: upsampled ? input.sourceLayer.inboundNodes[0].inputTensors[0] : input,
    }
  }

  #write({ convolution, norm, activation, upsampled, input }: Group): tf.SymbolicTensor {
    const { name, filters, kernelSize, strides, padding, dilationRate } = configOf(convolution)
    const common = { name, filters, padding, activation: activation as 'relu', useBias: true }
    const transposed = upsampled || convolution.getClassName() === 'Conv2DTranspose'
    const behind = transposed && activation === 'relu' ? new BiasRelu({ name: `${name}_bias` }) : null
    const layer = transposed
      ? tf.layers.conv2dTranspose({
          ...common,
          ...(upsampled ? { kernelSize: 4, strides: 2 } : { kernelSize, strides }),
          ...(behind && { useBias: false, activation: 'linear' }),
        })
      : tf.layers.conv2d({ ...common, kernelSize, strides, dilationRate })
    const output = layer.apply(this.reach(input)) as tf.SymbolicTensor
    this.#copies.push(() => {
      const { kernel, bias } = tf.tidy(() => {
        const { kernel, bias } = folded(convolution, norm)
        return { kernel: upsampled ? mergedWithDoubling(kernel) : kernel, bias }
      })
      layer.setWeights(behind ? [kernel] : [kernel, bias])
      behind?.setWeights([bias])
      tf.dispose([kernel, bias])
    })
    return behind ? (behind.apply(output) as tf.SymbolicTensor) : output
  }
}

type Configuration = {
  name: string
  filters: number
  kernelSize: [number, number]
  strides: [number, number]
  padding: 'same' | 'valid'
  dilationRate: [number, number]
  activation: string
  dataFormat: string
  useBias: boolean
}

/** As the constructors take it. */
function configOf(layer: Layer): Configuration {
  return layer.getConfig() as unknown as Configuration
}

function cloneOf(layer: Layer): Layer {
  const { fromConfig } = layer.constructor as unknown as {
    fromConfig(type: unknown, config: unknown): Layer
  }
  return fromConfig(layer.constructor, layer.getConfig())
}

function isPlainRelu(layer: Layer): boolean {
  const config = layer.getConfig() as Record<string, unknown>
  if (layer.getClassName() === 'Activation') return config.activation === 'relu'
  return layer.getClassName() === 'ReLU' && config.maxValue == null
}

function isDoubling(layer: Layer): boolean {
  if (layer.getClassName() !== 'UpSampling2D') return false
  const { size, interpolation = 'nearest' } = layer.getConfig() as {
    size: [number, number]
    interpolation?: string
  }
  return size[0] === 2 && size[1] === 2 && interpolation === 'nearest'
}

function isThreeByThree(layer: Layer): boolean {
  const { kernelSize, strides, dilationRate, padding } = configOf(layer)
  const all = (values: readonly number[], wanted: number) => values.every((value) => value === wanted)
  return all(kernelSize, 3) && all(strides, 1) && all(dilationRate ?? [1], 1) && padding === 'same'
}

/** Kernel and bias of the convolution with what batch norm does after it: [h, w, in, out], or [h, w, out, in] transposed. */
function folded(convolution: Layer, norm: Layer | null): { kernel: tf.Tensor4D; bias: tf.Tensor1D } {
  const [kernel, given] = convolution.getWeights() as [tf.Tensor4D, tf.Tensor1D | undefined]
  const { filters } = configOf(convolution)
  const bias = given ?? tf.zeros([filters])
  if (!norm) return { kernel: kernel.clone(), bias: bias.clone() as tf.Tensor1D }
  const {
    epsilon = 1e-3,
    scale,
    center,
  } = norm.getConfig() as { epsilon?: number; scale: boolean; center: boolean }
  const weights = [...norm.getWeights()] as tf.Tensor1D[]
  const gamma = scale ? weights.shift()! : tf.ones([filters])
  const beta = center ? weights.shift()! : tf.zeros([filters])
  const [mean, variance] = weights
  const factor = gamma.div(variance.add(epsilon).sqrt()) as tf.Tensor1D
  const isTransposed = convolution.getClassName() === 'Conv2DTranspose'
  return {
    kernel: kernel.mul(isTransposed ? factor.reshape([1, 1, filters, 1]) : factor),
    bias: bias.sub(mean).mul(factor).add(beta) as tf.Tensor1D,
  }
}
