import { tf } from '../../tf.ts'

/** By the filter's data, which never changes: a variable that is assigned to gets other data. */
const kept = new Map<object, Map<string, tf.Tensor4D>>()
const freeing = new WeakSet<object>()

/**
 * What `make` makes of a filter, made once for each `key` and kept for as long as the filter's data: both rearranging
 * it and XNNPACK's packing of a new kernel take as long as the convolution of a small picture.
 */
export function keptKernel(filter: tf.Tensor4D, key: string, make: () => tf.Tensor4D): tf.Tensor4D {
  const kernels = kept.get(filter.dataId) ?? new Map<string, tf.Tensor4D>()
  kept.set(filter.dataId, kernels)
  const known = kernels.get(key)
  if (known) return known
  const kernel = tf.keep(make())
  kernels.set(key, kernel)
  return kernel
}

/** Has tfjs's current backend free what was made of a filter together with the filter. */
export function freeKeptKernels(): void {
  const backend = tf.backend()
  if (freeing.has(backend)) return
  freeing.add(backend)
  const dispose = backend.disposeData.bind(backend)
  backend.disposeData = (data, force) => {
    const isFreed = dispose(data, force)
    if (!isFreed) return false
    const kernels = kept.get(data)
    kept.delete(data)
    for (const kernel of kernels?.values() ?? []) kernel.dispose()
    return true
  }
}
