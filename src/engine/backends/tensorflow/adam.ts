import { tf } from '../../tf.ts'
import { type NativeAttribute, nativeBackend } from './native-backend.ts'

/** Vectors of [parameters]; the moments are the means of the gradient and of its square. */
export type AdamState = { weights: tf.Tensor1D; first: tf.Tensor1D; second: tf.Tensor1D }

export type AdamRates = { rate: number; beta1: number; beta2: number; epsilon: number }

/**
 * One step of Adam as one op, a quarter of the time of the dozen that tfjs makes it of; null where
 * `useNativeAdam` found no way. The state is used up: written over and disposed of. Returns the new one.
 */
export function adamNatively(state: AdamState, gradient: tf.Tensor1D, rates: AdamRates): AdamState | null {
  return isInUse && tf.getBackend() === 'tensorflow' ? step(state, gradient, rates) : null
}

/** On the CPU only, and only if the numbers agree; returns whether that is so. */
export function useNativeAdam(): boolean {
  isInUse ||= !nativeBackend().binding.isUsingGpuDevice() && agrees()
  return isInUse
}

let isInUse = false

function step({ weights, first, second }: AdamState, gradient: tf.Tensor1D, rates: AdamRates): AdamState {
  return tf.tidy(() => {
    const variables = [weights, first, second].map(asVariable)
    // While a tensor shares the variable's memory, the op would copy it before it writes.
    tf.dispose([weights, first, second])
    const { rate, beta1, beta2, epsilon } = rates
    // The powers of the betas correct the rate; it comes corrected.
    const numbers = [0, 0, rate, beta1, beta2, epsilon].map((value) => tf.scalar(value))
    const { TF_ATTR_BOOL } = nativeBackend().binding
    const attributes = [
      floatAs('T'),
      { name: 'use_locking', type: TF_ATTR_BOOL, value: false },
      { name: 'use_nesterov', type: TF_ATTR_BOOL, value: false },
    ]
    run('ResourceApplyAdam', attributes, [...variables, ...numbers, gradient])
    const [newWeights, newFirst, newSecond] = variables.map(takenFrom)
    return { weights: newWeights, first: newFirst, second: newSecond }
  })
}

/**
 * A variable of TensorFlow's own that holds the value; the tensor is its handle. Its name is one of three for ever, for
 * TensorFlow keeps what it was once asked for: no variable outlives a step.
 */
function asVariable(value: tf.Tensor1D, index: number): tf.Tensor {
  const native = nativeBackend()
  const { TF_ATTR_SHAPE, TF_ATTR_STRING } = native.binding
  const attributes = [
    floatAs('dtype'),
    { name: 'shape', type: TF_ATTR_SHAPE, value: value.shape },
    { name: 'container', type: TF_ATTR_STRING, value: '' },
    { name: 'shared_name', type: TF_ATTR_STRING, value: `limpid-adam-${index}` },
  ]
  const handle = native.executeSingleOutput('VarHandleOp', attributes, [])
  run('AssignVariableOp', [floatAs('dtype')], [handle, value])
  return handle
}

/** The variable's value; the variable is no more. */
function takenFrom(handle: tf.Tensor): tf.Tensor1D {
  const native = nativeBackend()
  const value = native.executeSingleOutput('ReadVariableOp', [floatAs('dtype')], [handle])
  const { TF_ATTR_BOOL } = native.binding
  run('DestroyResourceOp', [{ name: 'ignore_lookup_error', type: TF_ATTR_BOOL, value: false }], [handle])
  return value as tf.Tensor1D
}

/** An op that gives nothing. */
function run(name: string, attributes: NativeAttribute[], inputs: tf.Tensor[]): void {
  nativeBackend().executeMultipleOutputs(name, attributes, inputs, 0)
}

function floatAs(name: string): NativeAttribute {
  const { TF_ATTR_TYPE, TF_FLOAT } = nativeBackend().binding
  return { name, type: TF_ATTR_TYPE, value: TF_FLOAT }
}

/** Tries one step, against the formula. */
function agrees(): boolean {
  try {
    return tf.tidy(() => {
      const [w, m, v, g] = [0.5, -0.25, 0.125, 2]
      const of = (value: number) => tf.tensor1d([value])
      const rates = { rate: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 0.1 }
      const made = step({ weights: of(w), first: of(m), second: of(v) }, of(g), rates)
      const first = 0.9 * m + 0.1 * g
      const second = 0.99 * v + 0.01 * g ** 2
      const expected = [w - (0.01 * first) / (Math.sqrt(second) + 0.1), first, second]
      const computed = [made.weights, made.first, made.second]
      return computed.every((tensor, i) => Math.abs(tensor.dataSync()[0] - expected[i]) < 1e-6)
    })
  } catch {
    return false
  }
}
