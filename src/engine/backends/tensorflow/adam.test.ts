/** Adam as one op on tensorflow, against the same in tfjs's ops on the `cpu` backend. */
import { describe, expect, it } from 'vitest'
import { random } from '../../random.ts'
import { tf } from '../../tf.ts'
import { FlatAdam } from '../../training/adam.ts'
import { chooseBackend } from '../choose.ts'
import { useNativeAdam } from './adam.ts'
import { nativeBackend } from './native-backend.ts'

const native = await chooseBackend('tensorflow').catch(() => null)
const isOneOp = native !== null && useNativeAdam()

const noise = (seed: number, shape: number[]) => {
  const values = new Float32Array(tf.util.sizeFromShape(shape))
  random(seed).fillGaussian(values)
  return tf.tensor(values, shape)
}

const weights = () => [tf.variable(noise(1, [3, 3, 2, 4])), tf.variable(noise(2, [4]))]

/** A step along random gradients, which every other time are clipped. */
function step(adam: FlatAdam, number: number): void {
  const gradients = Object.fromEntries(
    adam.variables.map(({ name, shape }, i) => [name, noise(10 * number + i, shape)]),
  )
  adam.apply(gradients, 0.01, number % 2 === 0 ? 4 : 1e9)
  tf.dispose(gradients)
}

/** Weights and state. */
const figures = (adam: FlatAdam) =>
  [...adam.variables, ...adam.state().parts].flatMap((tensor) => [...tensor.dataSync()])

describe.skipIf(!native)('Adam on tensorflow', () => {
  it('takes the steps that it takes on cpu', async () => {
    const after = async (backend: 'cpu' | 'tensorflow') => {
      await chooseBackend(backend)
      const adam = new FlatAdam(weights())
      for (let i = 0; i < 5; i++) step(adam, i)
      return figures(adam)
    }
    const [expected, computed] = [await after('cpu'), await after('tensorflow')]
    expect(computed).toHaveLength(expected.length)
    computed.forEach((value, i) => {
      expect(value, `number ${i}`).toBeCloseTo(expected[i], 5)
    })
  })

  it('goes on bit for bit from a saved state, whatever another optimizer does meanwhile', async () => {
    await chooseBackend('tensorflow')
    const whole = new FlatAdam(weights())
    for (let i = 0; i < 6; i++) step(whole, i)
    const begun = new FlatAdam(weights())
    for (let i = 0; i < 3; i++) step(begun, i)
    const { step: steps, parts } = begun.state()
    const resumed = new FlatAdam(begun.variables)
    resumed.restore({ step: steps, parts: parts.map((part) => part.dataSync<'float32'>()) })
    const other = new FlatAdam(weights())
    for (let i = 3; i < 6; i++) {
      step(other, i)
      step(resumed, i)
    }
    expect(figures(resumed)).toEqual(figures(whole))
  })

  it.skipIf(!isOneOp)('is one op, and leaves no tensor behind', async () => {
    await chooseBackend('tensorflow')
    const adam = new FlatAdam(weights())
    step(adam, 0)
    const before = tf.memory().numTensors
    const backend = nativeBackend()
    const { executeMultipleOutputs } = backend
    const ops: string[] = []
    backend.executeMultipleOutputs = (name, ...rest) => {
      ops.push(name)
      return executeMultipleOutputs.call(backend, name, ...rest)
    }
    try {
      step(adam, 1)
    } finally {
      Object.assign(backend, { executeMultipleOutputs })
    }
    expect(ops.filter((name) => name.includes('Adam'))).toEqual(['ResourceApplyAdam'])
    expect(tf.memory().numTensors).toBe(before)
  })
})
