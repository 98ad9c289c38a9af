/** Batch norm while it trains, native against tfjs's own on the `cpu` backend. */
import { describe, expect, it } from 'vitest'
import { random } from '../../random.ts'
import { tf } from '../../tf.ts'
import { chooseBackend } from '../choose.ts'

const native = await chooseBackend('tensorflow').catch(() => null)

describe.skipIf(!native)('batch norm while it trains, on tensorflow', () => {
  const shape: [number, number, number, number] = [2, 3, 4, 5]

  const noise = (seed: number, length: number) => {
    const values = new Float32Array(length)
    random(seed).fillGaussian(values)
    return values
  }

  /** Values, gradients by input, scale and centre, and what the layer remembers, after two steps. */
  async function train(backend: 'tensorflow' | 'cpu') {
    await chooseBackend(backend)
    const layer = tf.layers.batchNormalization({ momentum: 0.9 })
    layer.build([null, null, null, 5])
    layer.setWeights([1, 2, 3, 4].map((seed) => tf.tensor1d(noise(seed, 5).map((v) => 1 + 0.3 * v))))
    const weights = layer.trainableWeights.map((weight) => weight.read())
    const dy = tf.tensor4d(noise(9, 120), shape)
    const numbers: number[] = []
    for (const seed of [10, 11]) {
      const x = tf.variable(
        tf.tensor4d(
          noise(seed, 120).map((value) => 3 + 2 * value),
          shape,
        ),
      )
      const y = () => layer.apply(x, { training: true }) as tf.Tensor
      const { value, grads } = tf.variableGrads(
        () => y().mul(dy).sum().asScalar(),
        [x, ...(weights as tf.Variable[])],
      )
      for (const tensor of [value, ...[x, ...weights].map((each) => grads[(each as tf.Variable).name])])
        numbers.push(...tensor.dataSync())
    }
    for (const tensor of layer.getWeights()) numbers.push(...tensor.dataSync())
    return numbers
  }

  it('has the values, gradients and moving averages that it has on cpu', async () => {
    const expected = await train('cpu')
    const computed = await train('tensorflow')
    expect(computed).toHaveLength(expected.length)
    computed.forEach((value, i) => {
      expect(value, `number ${i}`).toBeCloseTo(expected[i], 3)
    })
  })

  it('leaves no tensor behind', async () => {
    await chooseBackend('tensorflow')
    const layer = tf.layers.batchNormalization({})
    const x = tf.variable(tf.tensor4d(noise(1, 120), shape))
    const step = () => {
      const { value, grads } = tf.variableGrads(() =>
        (layer.apply(x, { training: true }) as tf.Tensor).square().sum().asScalar(),
      )
      tf.dispose([value, grads])
    }
    step()
    const before = tf.memory().numTensors
    step()
    step()
    expect(tf.memory().numTensors).toBe(before)
  })
})
