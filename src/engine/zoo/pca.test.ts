import { beforeAll, expect, it } from 'vitest'
import { chooseBackend } from '../backends/choose.ts'
import { random } from '../random.ts'
import { tf } from '../tf.ts'
import { gaussianQuantile } from './gaussian-quantile.ts'
import { principalComponents } from './pca.ts'
import { symmetricEigen } from './symmetric-eigen.ts'

beforeAll(async () => {
  await chooseBackend('cpu')
})

function gaussians(count: number, seed: number): Float32Array {
  const values = new Float32Array(count)
  random(seed).fillGaussian(values)
  return values
}

it('eigenvectors of a symmetric matrix are what they are called', () => {
  const n = 9
  const half = Float64Array.from(gaussians(n * n, 3))
  const matrix = Float64Array.from(
    { length: n * n },
    (_, at) => half[at] + half[(at % n) * n + Math.floor(at / n)],
  )
  const { values, vectors } = symmetricEigen(matrix, n)
  for (let i = 0; i < n; i++) {
    if (i > 0) expect(values[i]).toBeLessThanOrEqual(values[i - 1])
    for (let row = 0; row < n; row++) {
      let image = 0
      for (let k = 0; k < n; k++) image += matrix[row * n + k] * vectors[i * n + k]
      expect(image).toBeCloseTo(values[i] * vectors[i * n + row], 9)
    }
  }
})

it.each([40, 2100])('finds the directions in which %i pixels vary, and how much', async (pixels) => {
  const count = 400
  // Three directions, of one, two and three pixels each: standard deviations 3, 2 and 1, around 5.
  const scores = gaussians(3 * count, 5)
  const noise = gaussians(count * pixels, 6)
  const values = new Float32Array(count * pixels)
  const directions = [[0], [1, 2], [3, 4, 5]]
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < pixels; j++) values[i * pixels + j] = 5 + 0.01 * noise[i * pixels + j]
    directions.forEach((at, d) => {
      for (const j of at) values[i * pixels + j] += ((3 - d) * scores[3 * i + d]) / Math.sqrt(at.length)
    })
  }
  const rows = tf.tensor2d(values, [count, pixels])
  const before = tf.memory().numTensors
  const { mean, components, variances } = await principalComponents(rows, 3)
  expect(tf.memory().numTensors).toBe(before)
  rows.dispose()
  expect(mean[10]).toBeCloseTo(5, 2)
  const sample = (d: number) => {
    const all = Array.from({ length: count }, (_, i) => (3 - d) * scores[3 * i + d])
    const middle = all.reduce((sum, value) => sum + value, 0) / count
    return all.reduce((sum, value) => sum + (value - middle) ** 2, 0) / count
  }
  directions.forEach((at, d) => {
    expect(variances[d] / sample(d)).toBeCloseTo(1, 1)
    const along = at.reduce((sum, j) => sum + components[j * 3 + d], 0) / Math.sqrt(at.length)
    expect(Math.abs(along)).toBeGreaterThan(0.97)
  })
})

it('has no more components than there are pixels, can be stopped, and leaves no tensor behind then', async () => {
  const rows = tf.tensor2d(gaussians(60, 7), [10, 6])
  const before = tf.memory().numTensors
  await expect(principalComponents(rows, 7)).rejects.toMatchObject({ code: 'recipe-invalid' })
  const { components } = await principalComponents(rows, 6)
  expect(components.every(Number.isFinite)).toBe(true)
  const stop = (iteration: number) => {
    if (iteration === 1) throw new Error('stopped')
  }
  await expect(principalComponents(rows, 6, stop)).rejects.toThrow('stopped')
  expect(tf.memory().numTensors).toBe(before)
  rows.dispose()
})

it('the quantiles of a Gaussian are those of the tables', () => {
  expect(gaussianQuantile(0.5)).toBe(0)
  expect(gaussianQuantile(0.975)).toBeCloseTo(1.959964, 6)
  expect(gaussianQuantile(0.001)).toBeCloseTo(-3.090232, 6)
})
