/**
 * Doubling by nearest neighbour and a 3×3 convolution are one transposed 4×4 convolution with stride 2: of its nine taps
 * several meet the same pixel. That takes 4/9 of the multiplications (cf. Shi et al. 2016, "Is the deconvolution layer the
 * same as a convolutional layer?").
 */
import { tf } from '../../tf.ts'
import { biasRelu } from './bias-relu.ts'
import { trainNatively } from './train-natively.ts'

/**
 * The transposed kernel [4, 4, out, in] that does in one what doubling and the kernel [3, 3, in, out] do. Its gradient by
 * the kernel is tfjs's.
 */
export function mergedWithDoubling(kernel: tf.Tensor4D): tf.Tensor4D {
  const [, , inputs, outputs] = kernel.shape
  return tf.tidy(() => {
    const sums = tf.matMul(tf.tensor2d(SUMMED), kernel.reshape([9, inputs * outputs]))
    return sums.reshape([4, 4, inputs, outputs]).transpose([0, 1, 3, 2]) as tf.Tensor4D
  })
}

/**
 * Whether tap k of the 4 has tap t of the 3 in it. Pixel i of the small picture lies at 2i and 2i + 1; tap t of the output
 * y reads y + t − 1, so it meets i with k = y + 1 − 2i.
 */
const meets = (k: number, t: number) => k + t === 2 || k + t === 3

/** [16, 9]: which taps of the 3×3 kernel each of the 4×4 sums. */
const SUMMED = Array.from({ length: 16 }, (_, k) =>
  Array.from({ length: 9 }, (_, t) =>
    Number(meets(Math.floor(k / 4), Math.floor(t / 3)) && meets(k % 4, t % 3)),
  ),
)

/** Has `convolveDoubled` know the pictures that layers doubled while they train. */
export function rememberDoublings(): void {
  trainNatively(tf.layers.upSampling2d({}), ({ size, interpolation, dataFormat }: UpSampling2D, x) => {
    const doubles = size[0] === 2 && size[1] === 2 && interpolation === 'nearest'
    if (!doubles || dataFormat !== 'channelsLast') return null
    const [, height, width] = x.shape as [number, number, number, number]
    const doubled = tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [2 * height, 2 * width])
    small.set(doubled, x as tf.Tensor4D)
    return doubled
  })
}

/** Of a doubled picture, the one that it was made of. */
const small = new WeakMap<tf.Tensor, tf.Tensor4D>()

type UpSampling2D = { size: [number, number]; interpolation: string; dataFormat: string }

/** What is read of a layer that is a convolution. */
export type Conv2D = {
  kernel: { read(): tf.Tensor4D }
  bias: { read(): tf.Tensor1D } | null
  strides: [number, number]
  padding: string
  dilationRate: number | number[]
  dataFormat: string
  activation: { getClassName(): string; apply(x: tf.Tensor): tf.Tensor }
}

/**
 * What the layer gives for `x` [batch, 2h, 2w, in], made of the small picture, which its gradient goes to as well; null
 * if `x` is not known as a doubled one, or the convolution is not such a one.
 */
export function convolveDoubled(layer: Conv2D, x: tf.Tensor): tf.Tensor | null {
  const picture = small.get(x)
  if (!picture || !isThreeByThree(layer)) return null
  const kernel = layer.kernel.read()
  const [batch, height, width] = x.shape as [number, number, number, number]
  const shape: [number, number, number, number] = [batch, height, width, kernel.shape[3]]
  const y = tf.conv2dTranspose(picture, mergedWithDoubling(kernel), shape, 2, 'same')
  const bias = layer.bias?.read()
  if (bias && layer.activation.getClassName() === 'relu') return biasRelu(y, bias)
  return layer.activation.apply(bias ? tf.add(y, bias) : y)
}

function isThreeByThree({ kernel, strides, dilationRate, padding, dataFormat }: Conv2D): boolean {
  const [height, width] = kernel.read().shape
  const isDense = [strides, dilationRate].flat().every((step) => step === 1)
  return height === 3 && width === 3 && isDense && padding === 'same' && dataFormat === 'channelsLast'
}
