import { tf } from '../../tf.ts'
import { overrideKernel } from '../override-kernel.ts'

/** What a kernel needs of tfjs's backend. */
type CpuMemory = {
  makeTensorInfo(shape: number[], dtype: tf.DataType, values: Float32Array): tf.TensorInfo
  disposeIntermediateTensorInfo(tensor: tf.TensorInfo): void
  readSync(id: object): Float32Array
}

let isMended = false

/**
 * tfjs 4.22 reads the gradient of a batch's second picture, and of those behind it, from where the resized pictures would
 * lie if they were as large as the pictures themselves. So each picture goes alone.
 */
export function mendResizeGradient(): void {
  if (isMended) return
  isMended = true
  overrideKernel('cpu', tf.ResizeNearestNeighborGrad, (original) => ({ inputs, attrs, backend }) => {
    const { images, dy } = inputs as { images: tf.TensorInfo; dy: tf.TensorInfo }
    const memory = backend as CpuMemory
    const valuesOf = ({ dataId }: tf.TensorInfo) => memory.readSync(dataId)
    const [batch, ...small] = images.shape // [batch, h, w, c]
    const [, ...large] = dy.shape
    const values = valuesOf(dy)
    const length = values.length / batch
    const size = tf.util.sizeFromShape(small)
    const output = new Float32Array(batch * size)
    for (let i = 0; i < batch; i++) {
      const picture = memory.makeTensorInfo([1, ...small], 'float32', new Float32Array(size))
      const part = values.slice(i * length, (i + 1) * length)
      const given = memory.makeTensorInfo([1, ...large], 'float32', part)
      const gradient = original!({ inputs: { images: picture, dy: given }, attrs, backend }) as tf.TensorInfo
      output.set(valuesOf(gradient), i * size)
      for (const tensor of [picture, given, gradient]) memory.disposeIntermediateTensorInfo(tensor)
    }
    return memory.makeTensorInfo(images.shape, 'float32', output)
  })
}
