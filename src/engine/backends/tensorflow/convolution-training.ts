import { tf } from '../../tf.ts'
import { type Conv2D, convolveDoubled, rememberDoublings } from './doubling.ts'
import { type Convolution, convolutionOf, convolveAndAdd, ONEDNN_LABEL } from './fused-convolution.ts'
import { floatNhwc, nativeBackend } from './native-backend.ts'
import { reluGradient } from './relu-gradient.ts'
import { trainNatively } from './train-natively.ts'

/**
 * While it trains, a convolution with a bias and a ReLU is three ops to tfjs, and its gradient four more. oneDNN has the
 * way forward as one, and the gradients of filter and bias as another, with a ReLU or without. Only where
 * `useFusedConvolution` found that its numbers agree, and these do.
 */
export function useFusedConvolutionInTraining(): boolean {
  if (isInUse) return true
  if (!agrees()) return false
  isInUse = true
  rememberDoublings()
  trainNatively(tf.layers.conv2d({ filters: 1, kernelSize: 1 }), (layer: Conv2D, x) => {
    const merged = convolveDoubled(layer, x)
    if (merged) return merged
    const kernel = KERNELS[layer.activation.getClassName()]
    const isFused =
      kernel &&
      layer.bias &&
      layer.dataFormat === 'channelsLast' &&
      (layer.padding === 'same' || layer.padding === 'valid') &&
      [layer.dilationRate].flat().every((rate) => rate === 1)
    return isFused ? train(kernel, layer, x) : null
  })
  return true
}

let isInUse = false

type Attributes = { strides: [number, number]; pad: 'same' | 'valid' }

function train(kernel: string, layer: Conv2D, x: tf.Tensor): tf.Tensor {
  const attributes = { strides: layer.strides, pad: layer.padding }
  const inputs = { x, filter: layer.kernel.read(), bias: layer.bias!.read() }
  return tf.engine().runKernel(kernel, inputs, attributes)
}

/** By the class of the layer's activation. */
const KERNELS: Partial<Record<string, string>> = {
  linear: 'ConvolutionBiasTraining',
  relu: 'ConvolutionBiasReluTraining',
}

for (const [activation, kernelName] of Object.entries(KERNELS) as [string, string][]) {
  const isRelu = activation === 'relu'
  tf.registerKernel({
    kernelName,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, attrs }) => {
      const { x, filter, bias } = inputs as Record<string, tf.TensorInfo>
      const info = geometry(x, filter, attrs as unknown as Attributes)
      return convolveAndAdd(x, filter, bias, info, isRelu ? 'Relu' : undefined)
    },
  })
  tf.registerGradient({
    kernelName,
    inputsToSave: ['x', 'filter'],
    outputsToSave: [isRelu],
    gradFunc: (dy, [x, filter, y], attributes) => {
      const dSum = isRelu ? reluGradient(dy as tf.Tensor, y) : (dy as tf.Tensor)
      const info = geometry(x, filter, attributes as unknown as Attributes)
      const [dFilter, dBias] = gradientsOfWeights(x, filter, dSum, info)
      return {
        x: () => inputGradient(dSum, filter, x, info),
        filter: () => dFilter,
        bias: () => dBias,
      }
    },
  })
}

function geometry(x: tf.TensorInfo, filter: tf.TensorInfo, { strides, pad }: Attributes) {
  return convolutionOf(x, filter, { strides, pad, dilations: 1, dataFormat: 'NHWC' })!
}

/** → [filter's shape], [out]. */
function gradientsOfWeights(
  x: tf.Tensor,
  filter: tf.Tensor,
  dy: tf.Tensor,
  info: Convolution,
): [tf.Tensor, tf.Tensor] {
  const native = nativeBackend()
  const { TF_ATTR_STRING } = native.binding
  const attributes = [
    ...gradientAttributes(info),
    { name: '_kernel', type: TF_ATTR_STRING, value: ONEDNN_LABEL },
  ]
  const shape = tf.tensor1d(filter.shape, 'int32')
  const gradients = native.executeMultipleOutputs(
    '_MklNativeConv2DBackpropFilterWithBias',
    attributes,
    [x, shape, dy],
    2,
  )
  shape.dispose()
  return gradients as [tf.Tensor, tf.Tensor]
}

function inputGradient(dy: tf.Tensor, filter: tf.Tensor, x: tf.Tensor, info: Convolution): tf.Tensor {
  return tf.tidy(() =>
    nativeBackend().executeSingleOutput('Conv2DBackpropInput', gradientAttributes(info), [
      tf.tensor1d(x.shape, 'int32'),
      filter,
      dy,
    ]),
  )
}

function gradientAttributes({
  strideHeight,
  strideWidth,
  dilationHeight,
  dilationWidth,
  padInfo,
}: Convolution) {
  const { binding } = nativeBackend()
  const { TF_ATTR_INT, TF_ATTR_STRING } = binding
  return [
    ...floatNhwc(binding),
    { name: 'strides', type: TF_ATTR_INT, value: [1, strideHeight, strideWidth, 1] },
    { name: 'dilations', type: TF_ATTR_INT, value: [1, dilationHeight, dilationWidth, 1] },
    { name: 'padding', type: TF_ATTR_STRING, value: padInfo.type },
  ]
}

/** Tries the gradients of the weights once, against tfjs's. */
function agrees(): boolean {
  try {
    return tf.tidy(() => {
      const x = tf.linspace(-1, 1, 2 * 6 * 5 * 3).reshape([2, 6, 5, 3]) as tf.Tensor4D
      const filter = tf.linspace(1, -0.5, 3 * 3 * 3 * 4).reshape([3, 3, 3, 4]) as tf.Tensor4D
      const dy = tf.sin(tf.linspace(0, 40, 2 * 3 * 3 * 4)).reshape([2, 3, 3, 4]) as tf.Tensor4D
      const info = geometry(x, filter, { strides: [2, 2], pad: 'same' })
      const [dFilter, dBias] = gradientsOfWeights(x, filter, dy, info)
      const expected = tf.grad((filter) => tf.conv2d(x, filter as tf.Tensor4D, 2, 'same'))(filter, dy)
      const far = (a: tf.Tensor, b: tf.Tensor) => a.sub(b).abs().max().dataSync()[0]
      return far(dFilter, expected) < 1e-4 && far(dBias, dy.sum([0, 1, 2])) < 1e-4
    })
  } catch {
    return false
  }
}
