import { tf } from '../tf.ts'

type Kernel = tf.KernelConfig['kernelFunc']

/** Puts `make(original)` in the place of a backend's kernel; `original` is undefined where it had none. */
export function overrideKernel(
  backendName: string,
  kernelName: string,
  make: (original: Kernel | undefined) => Kernel,
): void {
  const config = tf.getKernel(kernelName, backendName)
  if (config) tf.unregisterKernel(kernelName, backendName)
  tf.registerKernel({ ...config, kernelName, backendName, kernelFunc: make(config?.kernelFunc) })
}
