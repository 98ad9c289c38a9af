/** Backend `tensorflow`: native TensorFlow through tfjs-node-gpu's binding. CUDA where it finds one, else oneDNN on the CPU. */
import { createRequire } from 'node:module'
import { tf } from '../tf.ts'
import { useNativeReluGradient } from './relu-gradient.ts'

const require = createRequire(import.meta.url)

/** Loads the native library and makes it tfjs's backend. Throws what the loader throws if it is not there. */
export async function startTensorflow(): Promise<void> {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'
  require('@tensorflow/tfjs-node-gpu')
  await tf.setBackend('tensorflow')
  await tf.ready()
  useNativeReluGradient()
}
