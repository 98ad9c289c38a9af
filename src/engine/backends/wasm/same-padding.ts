import { tf } from '../../tf.ts'
import { overrideKernel } from '../override-kernel.ts'

const KERNELS = [tf.Conv2D, tf.FusedConv2D, tf.DepthwiseConv2dNative, tf.FusedDepthwiseConv2D]

type Attributes = {
  strides: number | [number, number]
  pad: 'same' | 'valid' | number | tf.backend_util.ExplicitPadding
  dilations?: number | [number, number]
}

/**
 * tfjs's wasm kernels leave padding 'same' to XNNPACK, which gets it wrong where the stride is larger than the filter
 * (tfjs#6629): they are given the padding in numbers then.
 */
export function repairSamePadding(): void {
  for (const name of KERNELS) {
    overrideKernel('wasm', name, (original) => (args) => {
      const attributes = args.attrs as unknown as Attributes
      const { x, filter } = args.inputs as { x: tf.Tensor4D; filter: tf.Tensor4D }
      const { strides, pad, dilations } = attributes
      if (pad !== 'same') return original!(args)
      const isDepthwise = name === tf.DepthwiseConv2dNative || name === tf.FusedDepthwiseConv2D
      const info = tf.backend_util.computeConv2DInfo(
        x.shape,
        filter.shape,
        strides,
        dilations ?? 1,
        pad,
        undefined,
        isDepthwise,
      )
      const skips =
        info.strideHeight > info.effectiveFilterHeight || info.strideWidth > info.effectiveFilterWidth
      if (!skips) return original!(args)
      const { top, bottom, left, right } = info.padInfo
      const explicit = [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ]
      return original!({ ...args, attrs: { ...args.attrs, pad: explicit } })
    })
  }
}
