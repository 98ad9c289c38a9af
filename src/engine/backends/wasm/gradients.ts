/**
 * tfjs's wasm backend can't train: it has no gradient of a convolution with respect to its filter, and none at all of
 * a depthwise one; and it runs the gradient with respect to the input, which is also transposed convolution, as a
 * naive loop. These kernels express all four by what it does fast: convolutions and matrix products (XNNPACK).
 */
import { tf } from '../../tf.ts'
import { overrideKernel } from '../override-kernel.ts'
import { depthwiseFilterGradient, filterGradient } from './filter-gradient.ts'
import type { Geometry } from './geometry.ts'
import { depthwiseInputGradient, inputGradient } from './input-gradient.ts'

export function registerWasmGradients(): void {
  register(tf.Conv2DBackpropFilter, ({ x, dy }, attributes) =>
    filterGradient(x, dy, geometry(x.shape, attributes.filterShape, attributes, false)),
  )
  register(tf.Conv2DBackpropInput, ({ dy, filter }, attributes) =>
    inputGradient(dy, filter, geometry(attributes.inputShape, filter.shape as Shape, attributes, false)),
  )
  register(tf.DepthwiseConv2dNativeBackpropFilter, ({ x, dy }, attributes) =>
    depthwiseFilterGradient(x, dy, geometry(x.shape, attributes.filterShape, attributes, true)),
  )
  register(tf.DepthwiseConv2dNativeBackpropInput, ({ dy, filter }, attributes) =>
    depthwiseInputGradient(
      dy,
      filter,
      geometry(attributes.inputShape, filter.shape as Shape, attributes, true),
    ),
  )
}

type Shape = [number, number, number, number]

type Attributes = {
  strides: number | [number, number]
  pad: 'same' | 'valid' | number | tf.backend_util.ExplicitPadding
  dimRoundingMode?: 'floor' | 'round' | 'ceil'
  dataFormat?: 'NHWC' | 'NCHW'
  /** Of the gradients with respect to the filter. */
  filterShape: Shape
  /** Of those with respect to the input. */
  inputShape: Shape
}

function register(
  name: string,
  compute: (inputs: Record<'x' | 'dy' | 'filter', tf.Tensor4D>, attributes: Attributes) => tf.Tensor,
): void {
  overrideKernel('wasm', name, () => ({ inputs, attrs }) => {
    const attributes = attrs as unknown as Attributes
    if (attributes.dataFormat === 'NCHW') throw new Error(`${name} on wasm takes NHWC only`)
    // Nested ops are not recorded for differentiation: these kernels have no gradient, as elsewhere in tfjs.
    return tf.tidy(() => compute(inputs as Record<'x' | 'dy' | 'filter', tf.Tensor4D>, attributes))
  })
}

function geometry(
  input: Shape,
  filter: Shape,
  { strides, pad, dimRoundingMode }: Attributes,
  depthwise: boolean,
): Geometry {
  const info = tf.backend_util.computeConv2DInfo(input, filter, strides, 1, pad, dimRoundingMode, depthwise)
  return {
    batch: info.batchSize,
    input: { height: info.inHeight, width: info.inWidth },
    output: { height: info.outHeight, width: info.outWidth },
    filter: { height: info.filterHeight, width: info.filterWidth },
    stride: { height: info.strideHeight, width: info.strideWidth },
    before: { height: info.padInfo.top, width: info.padInfo.left },
  }
}
