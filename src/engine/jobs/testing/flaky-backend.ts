import type { BackendName } from '../../../contract/backend.ts'
import type { Backend } from '../../backends/backend.ts'
import { overrideKernel } from '../../backends/override-kernel.ts'
import { tf } from '../../tf.ts'

/** What a kernel's output becomes, or what it throws. */
export type Fault = (output: Float32Array) => void

export const FAULTS = {
  /** As Dawn says it. */
  'a lost GPU': () => {
    throw new DOMException('A valid external Instance reference no longer exists.', 'AbortError')
  },
  'an error of CUDA': () => {
    throw new Error('Invalid TF_Status: 13\nMessage: CUDA error: an illegal memory access was encountered')
  },
  NaN: (output) => output.fill(Number.NaN),
  black: (output) => output.fill(0),
} satisfies Record<string, Fault>

export const outOfMemory: Fault = () => {
  throw new Error('Invalid TF_Status: 8\nMessage: OOM when allocating tensor with shape[1,48,512,512]')
}

/**
 * A backend of that name: really tfjs's `cpu`, whose last addition of a network fails. `armed` is the number of
 * networks that still run well; `null`: all of them.
 */
export function flakyBackend(name: BackendName) {
  const own = `flaky-${name}`
  const state = { fault: null as Fault | null, armed: null as number | null, networks: 0 }
  const backend: Backend = {
    name,
    async start() {
      if (!tf.findBackend(own)) {
        const cpu = tf.findBackendFactory('cpu')
        tf.registerBackend(own, cpu)
        tf.copyRegisteredKernels('cpu', own)
        overrideKernel(own, tf.Add, (add) => (args) => {
          const output = add!(args) as tf.TensorInfo
          const { a, b } = args.inputs as { a: tf.TensorInfo; b: tf.TensorInfo }
          // picture + residual: the last layer of the restoration U-Net
          if (a.shape.at(-1) === 3 && b.shape.at(-1) === 3) spoil(output, args.backend as Memory)
          return output
        })
      }
      await tf.setBackend(own)
      return { device: `${name}'s device` }
    },
  }
  return { backend, state }

  type Memory = { readSync(id: object): Float32Array; disposeData(id: object): void }
  function spoil(output: tf.TensorInfo, memory: Memory): void {
    const { fault, armed } = state
    if (state.networks++ !== armed || !fault) return
    fault(memory.readSync(output.dataId))
  }
}
