/** Dropout while it trains, native: what each number becomes, how often, and that a seed decides it. */
import { beforeAll, describe, expect, it } from 'vitest'
import { tf } from '../../tf.ts'
import { chooseBackend } from '../choose.ts'

const native = await chooseBackend('tensorflow').catch(() => null)

describe.skipIf(!native)('dropout while it trains, on tensorflow', () => {
  beforeAll(() => chooseBackend('tensorflow'))

  const RATE = 0.2
  const x = () => tf.ones([4, 16, 16, 8]).mul(3) as tf.Tensor4D
  const drop = (seed: number, given: tf.Tensor) =>
    tf.layers.dropout({ rate: RATE, seed }).apply(given, { training: true }) as tf.Tensor

  it('drops that share of the numbers and raises the others by as much', () => {
    const values = drop(1, x()).dataSync()
    const kept = values.filter((value) => value !== 0)
    for (const value of kept) expect(value).toBeCloseTo(3 / (1 - RATE), 5)
    expect(1 - kept.length / values.length).toBeCloseTo(RATE, 1)
  })

  it('draws by the seed alone', () => {
    const first = drop(7, x()).dataSync()
    expect(drop(7, x()).dataSync()).toEqual(first)
    expect(drop(8, x()).dataSync()).not.toEqual(first)
  })

  it('has the gradient of what it kept', () => {
    const gradient = tf
      .grad((given) => drop(7, given))(x())
      .dataSync()
    const y = drop(7, x()).dataSync()
    gradient.forEach((value, i) => {
      expect(value).toBeCloseTo(y[i] / 3, 5)
    })
  })

  it('does nothing outside of training', () => {
    const layer = tf.layers.dropout({ rate: RATE, seed: 1 })
    expect((layer.apply(x()) as tf.Tensor).dataSync()).toEqual(x().dataSync())
  })
})
