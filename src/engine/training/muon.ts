/**
 * Muon (Jordan et al. 2024): the step of a hidden layer's kernel is its momentum, orthogonalised, so that the kernel
 * learns in all directions at once and not in the few that the gradient is large in. What is no kernel, and the
 * network's first and last one, is left to Adam. A step has the size that one of Adam's has, so that the same learning
 * rate does for both (Liu et al. 2025). tools/training/muon.py is the same in PyTorch.
 */
import { tf } from '../tf.ts'
import { FlatAdam } from './adam.ts'
import type { Optimizer, OptimizerState } from './optimizer.ts'

const MOMENTUM = 0.95
const NEWTON_SCHULZ = [3.4445, -4.775, 2.0315] as const
const NEWTON_SCHULZ_STEPS = 5
const RMS_OF_ADAM = 0.2

export class Muon implements Optimizer {
  readonly variables: tf.Variable[]
  readonly #adam: FlatAdam
  readonly #kernels: tf.Variable[]
  readonly #momenta: tf.Variable[] // each [size of its kernel]

  constructor(variables: tf.Variable[]) {
    this.variables = variables
    this.#kernels = hiddenKernels(variables)
    this.#momenta = this.#kernels.map(({ size }) => tf.tidy(() => tf.variable(tf.zeros([size]), false)))
    this.#adam = new FlatAdam(variables.filter((variable) => !this.#kernels.includes(variable)))
  }

  apply(gradients: tf.NamedTensorMap, learningRate: number, clipNorm: number): void {
    tf.tidy(() => {
      const found = this.variables.flatMap(({ name }) => gradients[name] ?? [])
      const norm = tf.addN(found.map((gradient) => gradient.square().sum())).sqrt()
      const scale = tf.scalar(clipNorm).div(norm.add(1e-6)).minimum(1)
      const clipped = Object.fromEntries(
        Object.entries(gradients).map(([name, gradient]) => [name, gradient.mul(scale)]),
      )
      this.#adam.apply(clipped, learningRate, Number.POSITIVE_INFINITY)
      this.#kernels.forEach((kernel, i) => {
        const gradient = clipped[kernel.name]
        if (gradient) turn(kernel, this.#momenta[i], gradient, learningRate)
      })
    })
  }

  /** Adam's two vectors, then the momentum of each kernel. */
  state(): OptimizerState<tf.Tensor1D> {
    const { step, parts } = this.#adam.state()
    return { step, parts: [...parts, ...(this.#momenta as tf.Tensor[] as tf.Tensor1D[])] }
  }

  restore({ step, parts }: OptimizerState<Float32Array>): void {
    const own = parts.length - this.#momenta.length
    this.#adam.restore({ step, parts: parts.slice(0, own) })
    this.#momenta.forEach((momentum, i) => {
      tf.tidy(() => momentum.assign(tf.tensor1d(parts[own + i])))
    })
  }

  dispose(): void {
    this.#adam.dispose()
    tf.dispose(this.#momenta)
  }
}

/** What Muon is for: the kernels but the network's first and last. */
function hiddenKernels(variables: tf.Variable[]): tf.Variable[] {
  return variables.filter(({ rank }) => rank > 1).slice(1, -1)
}

/** One step of one kernel, [..., inputs, outputs]. */
function turn(kernel: tf.Variable, momentum: tf.Variable, gradient: tf.Tensor, learningRate: number): void {
  const flat = gradient.flatten()
  momentum.assign(mix(flat, momentum, MOMENTUM))
  const nesterov = mix(flat, momentum, MOMENTUM)
  const matrix = nesterov.reshape([-1, kernel.shape.at(-1)!]) as tf.Tensor2D
  const size = learningRate * RMS_OF_ADAM * Math.sqrt(Math.max(...matrix.shape))
  kernel.assign(kernel.sub(orthogonal(matrix).mul(size).reshape(kernel.shape)))
}

const mix = (a: tf.Tensor, b: tf.Tensor, share: number) => a.mul(1 - share).add(b.mul(share))

/**
 * U Vᵀ of the singular value decomposition U S Vᵀ of a matrix, roughly: Newton and Schulz's iteration takes each
 * singular value to about 1 (0.7–1.2). It runs on the small Gram matrix; the large one is multiplied but twice.
 */
export function orthogonal(matrix: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => {
    const [rows, columns] = matrix.shape
    const isTall = rows > columns
    const [a, b, c] = NEWTON_SCHULZ
    const x = matrix.div(matrix.square().sum().sqrt().add(1e-7)) as tf.Tensor2D
    const identity = tf.eye(Math.min(rows, columns))
    let gram = tf.matMul(x, x, isTall, !isTall)
    let product = identity
    for (let step = 0; step < NEWTON_SCHULZ_STEPS; step++) {
      const factor = identity.mul(a).add(gram.mul(b)).add(tf.matMul(gram, gram).mul(c)) as tf.Tensor2D
      product = tf.matMul(factor, product)
      gram = tf.matMul(tf.matMul(factor, gram), factor)
    }
    return isTall ? tf.matMul(x, product) : tf.matMul(product, x)
  })
}
