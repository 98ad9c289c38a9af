/**
 * Principal component analysis (Pearson 1901; Hotelling 1933): the leading eigenvectors of the pictures' covariance, by
 * subspace iteration (Golub & Van Loan, "Matrix Computations", 8.2), which only multiplies by the covariance.
 */
import { LimpidError } from '../../contract/errors.ts'
import { random } from '../random.ts'
import { tf } from '../tf.ts'
import { symmetricEigen } from './symmetric-eigen.ts'

export type PrincipalComponents = {
  /** [pixels] */
  mean: Float32Array
  /** [pixels, k], columns of length 1 at right angles, the one with the most variance first. */
  components: Float32Array
  /** Along each component. */
  variances: number[]
}

/** Iterated beside the k that are asked for, so that the last of those converge as well. */
const SPARE = 16
const TOLERANCE = 1e-7
const MOST_ITERATIONS = 300
/** Up to so many pixels the covariance itself is held, [pixels, pixels]. */
const HOLD_COVARIANCE = 2048

/**
 * Of the rows of `pictures` [count, pixels]. Throws `recipe-invalid` for more components than pixels. `between` is called
 * in front of every iteration with its number, from 0; it may throw to cancel.
 */
export async function principalComponents(
  pictures: tf.Tensor2D,
  k: number,
  between: (iteration: number) => Promise<void> | void = () => {},
): Promise<PrincipalComponents> {
  const [count, pixels] = pictures.shape
  if (k > pixels) {
    throw new LimpidError('recipe-invalid', `Pictures of ${pixels} values have no ${k} components.`, {
      hint: `Take a code of ${pixels} units at most.`,
    })
  }
  const mean = pictures.mean(0) as tf.Tensor1D
  const covariance = pixels <= HOLD_COVARIANCE ? covarianceOf(pictures, mean) : null
  const multiply = (basis: tf.Tensor2D): tf.Tensor2D => {
    if (covariance) return covariance.matMul(basis) as tf.Tensor2D
    const scores = pictures.matMul(basis).sub(mean.expandDims(0).matMul(basis)) as tf.Tensor2D
    const back = pictures.matMul(scores, true)
    return back.sub(mean.expandDims(1).matMul(scores.sum(0, true))).div(count) as tf.Tensor2D
  }
  try {
    const found = await leadingEigenvectors(multiply, k, pixels, between)
    return { mean: (await mean.data()) as Float32Array, ...found }
  } finally {
    tf.dispose([mean, ...(covariance ? [covariance] : [])])
  }
}

/** `multiply` gives the covariance times a basis [pixels, m]. */
async function leadingEigenvectors(
  multiply: (basis: tf.Tensor2D) => tf.Tensor2D,
  k: number,
  pixels: number,
  between: (iteration: number) => Promise<void> | void,
): Promise<Omit<PrincipalComponents, 'mean'>> {
  const m = Math.min(k + SPARE, pixels)
  const start = new Float32Array(m * pixels)
  random(1901, m).fillGaussian(start)
  // A basis is held as its vectors, one after the other: [m, pixels].
  let basis = orthonormal(Float64Array.from(start), m, pixels)
  let variances: Float64Array = new Float64Array(m)
  for (let iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
    await between(iteration)
    const image = tf.tidy(() => {
      const columns = tf.tensor2d(Float32Array.from(basis), [m, pixels]).transpose()
      return multiply(columns as tf.Tensor2D).transpose()
    })
    const multiplied = Float64Array.from(await image.data())
    image.dispose()
    // Rayleigh–Ritz: the covariance within the subspace, and its own eigenvectors.
    const { values, vectors } = symmetricEigen(products(basis, multiplied, m, pixels), m)
    const before = variances
    variances = values
    basis = orthonormal(combine(vectors, multiplied, m, pixels), m, pixels)
    const change = Math.max(
      ...Array.from({ length: k }, (_, i) => Math.abs(values[i] - before[i]) / Math.max(values[0], 1e-12)),
    )
    if (change < TOLERANCE) break
  }
  const components = new Float32Array(pixels * k)
  for (let i = 0; i < k; i++) for (let j = 0; j < pixels; j++) components[j * k + i] = basis[i * pixels + j]
  return { components, variances: [...variances.slice(0, k)] }
}

function covarianceOf(pictures: tf.Tensor2D, mean: tf.Tensor1D): tf.Tensor2D {
  return tf.tidy(() => {
    const second = pictures.matMul(pictures, true).div(pictures.shape[0])
    return second.sub(mean.expandDims(1).matMul(mean.expandDims(0))) as tf.Tensor2D
  })
}

/** Gram–Schmidt, twice for the rounding: vectors [m, pixels] → the same space, length 1, at right angles. */
function orthonormal(vectors: Float64Array, m: number, pixels: number): Float64Array {
  const row = (i: number) => vectors.subarray(i * pixels, (i + 1) * pixels)
  for (let i = 0; i < m; i++) {
    const x = row(i)
    for (let round = 0; round < 2; round++) {
      for (let j = 0; j < i; j++) {
        const y = row(j)
        const along = dot(x, y)
        for (let k = 0; k < pixels; k++) x[k] -= along * y[k]
      }
    }
    const length = Math.sqrt(dot(x, x))
    // Fewer directions than m in the data: nothing is left over.
    for (let k = 0; k < pixels; k++) x[k] = length > 1e-12 ? x[k] / length : 0
  }
  return vectors
}

/** [m, m]: of each vector of `a` with each of `b`, made symmetric against rounding. */
function products(a: Float64Array, b: Float64Array, m: number, pixels: number): Float64Array {
  const all = new Float64Array(m * m)
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < m; j++) {
      all[i * m + j] = dot(a.subarray(i * pixels, (i + 1) * pixels), b.subarray(j * pixels, (j + 1) * pixels))
    }
  }
  return all.map((value, at) => (value + all[(at % m) * m + Math.floor(at / m)]) / 2)
}

/** Row i: the sum of the vectors, weighted by row i of `weights` [m, m]. */
function combine(weights: Float64Array, vectors: Float64Array, m: number, pixels: number): Float64Array {
  const out = new Float64Array(m * pixels)
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < m; j++) {
      const weight = weights[i * m + j]
      for (let k = 0; k < pixels; k++) out[i * pixels + k] += weight * vectors[j * pixels + k]
    }
  }
  return out
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i]
  return sum
}
