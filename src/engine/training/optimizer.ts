/** What turns gradients into better weights. */
import type { tf } from '../tf.ts'

export type Optimizer = {
  /** What is trained. */
  readonly variables: tf.Variable[]
  /** One step along the gradients (by the variables' names), their global norm clipped to `clipNorm`. */
  apply(gradients: tf.NamedTensorMap, learningRate: number, clipNorm: number): void
  /** The state, for a checkpoint: the tensors stay the optimizer's own. */
  state(): OptimizerState<tf.Tensor1D>
  /** Takes over a saved state; the numbers are copied. */
  restore(state: OptimizerState<Float32Array>): void
  dispose(): void
}

/** Steps taken, and vectors whose number and lengths are a matter of the network alone. */
export type OptimizerState<T> = { step: number; parts: T[] }
