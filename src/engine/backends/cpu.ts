/** Backend `cpu`: tfjs's kernels in plain JavaScript. Always there, and slow: the last resort. */
import os from 'node:os'
import { tf } from '../tf.ts'
import type { Backend } from './backend.ts'
import { overrideKernel } from './override-kernel.ts'

export const cpu: Backend = {
  name: 'cpu',
  async start() {
    await tf.setBackend('cpu')
    mendResizeGradient()
    return { device: 'JavaScript', memory: os.totalmem() }
  },
}

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
function mendResizeGradient(): void {
  if (isMended) return
  isMended = true
  overrideKernel('cpu', tf.ResizeNearestNeighborGrad, (original) => ({ inputs, attrs, backend }) => {
    const { images, dy } = inputs as { images: tf.TensorInfo; dy: tf.TensorInfo }
    const memory = backend as CpuMemory
    const valuesOf = ({ dataId }: tf.TensorInfo) => memory.readSync(dataId)
    const output = new Float32Array(tf.util.sizeFromShape(images.shape))
    const [batch, ...one] = images.shape
    const size = output.length / batch
    const [, ...resized] = dy.shape
    const values = valuesOf(dy)
    for (let i = 0; i < batch; i++) {
      const length = values.length / batch
      const picture = memory.makeTensorInfo([1, ...one], 'float32', new Float32Array(size))
      const given = memory.makeTensorInfo(
        [1, ...resized],
        'float32',
        values.slice(i * length, (i + 1) * length),
      )
      const gradient = original!({ inputs: { images: picture, dy: given }, attrs, backend }) as tf.TensorInfo
      output.set(valuesOf(gradient), i * size)
      for (const tensor of [picture, given, gradient]) memory.disposeIntermediateTensorInfo(tensor)
    }
    return memory.makeTensorInfo(images.shape, 'float32', output)
  })
}
