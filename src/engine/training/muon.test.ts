import { beforeAll, describe, expect, it } from 'vitest'
import { chooseBackend } from '../backends/choose.ts'
import { random } from '../random.ts'
import { tf } from '../tf.ts'
import { Muon, orthogonal } from './muon.ts'

beforeAll(async () => {
  await chooseBackend()
})

function gaussian(shape: [number, number], seed: number): tf.Tensor2D {
  const values = new Float32Array(shape[0] * shape[1])
  random(seed).fillGaussian(values)
  return tf.tensor2d(values, shape)
}

/** [rows, columns] with orthonormal columns. */
const orthonormal = (rows: number, columns: number, seed: number) =>
  tf.linalg.qr(gaussian([rows, columns], seed))[0] as tf.Tensor2D

describe('orthogonal', () => {
  it.each([
    { rows: 40, columns: 6 },
    { rows: 6, columns: 40 },
  ])('keeps the singular vectors of $rows × $columns and brings its values near 1', ({ rows, columns }) => {
    tf.tidy(() => {
      const [u, v] = [orthonormal(rows, 6, 1), orthonormal(columns, 6, 2)]
      const values = tf.tensor1d([30, 10, 3, 1, 0.5, 0.2])
      const turned = orthogonal(tf.matMul(u.mul(values), v, false, true))
      const found = tf.matMul(tf.matMul(u, turned, true), v).arraySync() as number[][]
      for (const [i, row] of found.entries()) {
        for (const [j, value] of row.entries()) {
          if (i !== j) expect(Math.abs(value)).toBeLessThan(0.01)
          else expect(Math.abs(value - 0.95)).toBeLessThan(0.3)
        }
      }
    })
  })
})

describe('Muon', () => {
  it('teaches a deep linear network a task that stretches some directions thirty times others', () => {
    tf.tidy(() => {
      const widths = [12, 16, 16, 8]
      const weights = widths.slice(1).map((width, i) => tf.variable(gaussian([widths[i], width], i).mul(0.2)))
      const target = orthonormal(12, 8, 8).mul(tf.tensor1d([3, 2, 1, 0.7, 0.5, 0.3, 0.2, 0.1]))
      const error = () => {
        const output = weights.reduce<tf.Tensor>((x, weight) => tf.matMul(x, weight), tf.eye(12))
        return output.sub(target).square().mean().asScalar()
      }
      const before = error().dataSync()[0]
      const muon = new Muon(weights)
      for (let step = 0; step < 60; step++) muon.apply(tf.variableGrads(error).grads, 0.02, 1)
      muon.dispose()
      expect(error().dataSync()[0]).toBeLessThan(0.01 * before)
    })
  })

  it('gives its state back as it took it', async () => {
    const weights = [4, 5, 6].map((size, i) => tf.variable(gaussian([size, 6], i)))
    const copies = weights.map((weight) => tf.variable(weight.clone()))
    const [muon, other] = [new Muon(weights), new Muon(copies)]
    const gradients = (of: tf.Variable[], seed: number) =>
      Object.fromEntries(
        of.map(({ name, shape }, i) => [name, gaussian(shape as [number, number], seed + i)]),
      )
    muon.apply(gradients(weights, 10), 0.01, 1)
    for (const [i, copy] of copies.entries()) copy.assign(weights[i])
    const { step, parts } = muon.state()
    other.restore({ step, parts: await Promise.all(parts.map((part) => part.data<'float32'>())) })
    muon.apply(gradients(weights, 20), 0.01, 1)
    other.apply(gradients(copies, 20), 0.01, 1)
    for (const [i, copy] of copies.entries()) expect(copy.dataSync()).toEqual(weights[i].dataSync())
    muon.dispose()
    other.dispose()
  })
})
