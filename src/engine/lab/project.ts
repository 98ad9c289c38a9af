import { tf } from '../tf.ts'
import { principalComponents } from '../zoo/pca.ts'

/** Rows [count, size] → their scores on the first two principal components, [count, 2]. Of one number, the second is 0. */
export async function onTwoComponents(rows: Float32Array, size: number): Promise<Float32Array> {
  const count = rows.length / size
  const k = Math.min(2, size)
  const given = tf.tensor2d(rows, [count, size])
  const { mean, components } = await principalComponents(given, k)
  const scores = tf.tidy(() => given.sub(tf.tensor1d(mean)).matMul(tf.tensor2d(components, [size, k])))
  given.dispose()
  const values = (await scores.data()) as Float32Array
  scores.dispose()
  if (k === 2) return values
  return Float32Array.from({ length: 2 * count }, (_, i) => (i % 2 === 0 ? values[i / 2] : 0))
}
