/** Backend `tensorflow`: native TensorFlow through tfjs-node-gpu's binding. CUDA where it finds it, else oneDNN on the CPU. */
import { createRequire } from 'node:module'
import os from 'node:os'
import { tf } from '../tf.ts'
import { type Backend, unavailable } from './backend.ts'
import { nvidiaGpus } from './nvidia.ts'
import { useNativeAdam } from './tensorflow/adam.ts'
import { useNativeBatchNorm } from './tensorflow/batch-norm.ts'
import { useNativeBiasGradient } from './tensorflow/bias-gradient.ts'
import { useOneDnnBiasRelu } from './tensorflow/bias-relu.ts'
import { useFusedConvolutionInTraining } from './tensorflow/convolution-training.ts'
import { useNativeDropout } from './tensorflow/dropout.ts'
import { useFusedConvolution } from './tensorflow/fused-convolution.ts'
import { useOneDnnMaxPool } from './tensorflow/max-pool.ts'
import { nativeBackend } from './tensorflow/native-backend.ts'
import { useNativeReluGradient } from './tensorflow/relu-gradient.ts'

const SETUP = 'Run `npm run setup:tensorflow`.'

export const tensorflow: Backend = {
  name: 'tensorflow',
  async start() {
    process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'
    // Else it takes all the memory of the GPU at once, from every other program.
    process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true'
    // TensorFlow takes oneDNN by itself only where the CPU has VNNI or AMX; with AVX2 alone it is the faster one too.
    process.env.TF_ENABLE_ONEDNN_OPTS ??= '1'
    load()
    await tf.setBackend('tensorflow')
    await tf.ready()
    const native = nativeBackend()
    useNativeReluGradient()
    useNativeBiasGradient()
    if (useFusedConvolution()) useFusedConvolutionInTraining()
    useOneDnnMaxPool()
    useOneDnnBiasRelu()
    useNativeBatchNorm()
    useNativeDropout()
    useNativeAdam()
    const version = native.binding.TF_Version.split('.').slice(0, 2).join('.')
    const onGpu = native.binding.isUsingGpuDevice()
    if (!onGpu) return { device: `TensorFlow ${version} · CPU`, memory: os.totalmem() }
    const [gpu] = await nvidiaGpus()
    return { ...gpu, device: `TensorFlow ${version} · ${gpu?.device ?? 'NVIDIA GPU'}` }
  },
}

function load(): void {
  try {
    createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu')
  } catch (thrown) {
    throw explain(thrown)
  }
}

/** Exported for its test: what the loader throws → what a person can do. */
export function explain(thrown: unknown): Error {
  const { code, message } = thrown as NodeJS.ErrnoException
  if (code === 'MODULE_NOT_FOUND' && message.includes('@tensorflow/tfjs-node-gpu')) {
    return unavailable(
      'The package @tensorflow/tfjs-node-gpu is not installed.',
      'Run `npm ci` in the folder of Limpid.',
      thrown,
    )
  }
  if (message.includes('tfjs_binding.node) can not be found')) {
    return unavailable("TensorFlow's native library is not set up.", SETUP, thrown)
  }
  const missing = /([\w.+-]+\.(?:so|dylib|dll)[\w.]*): cannot open shared object file/.exec(message)?.[1]
  if (missing) {
    return unavailable(`TensorFlow's native library misses the library ${missing}.`, SETUP, thrown)
  }
  const tooOld = /version `(\w+_[\d.]+)' not found/.exec(message)?.[1]
  if (tooOld) {
    return unavailable(
      `TensorFlow's native library needs a newer system: ${tooOld} is missing.`,
      'Use a newer release of the operating system.',
      thrown,
    )
  }
  return unavailable(`TensorFlow's native library does not load: ${message.split('\n')[0]}`, SETUP, thrown)
}
