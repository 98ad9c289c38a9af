/** The gradients that the project adds to wasm, against numerical ones and against tfjs's `cpu` backend. */
import { beforeAll, describe, expect, it } from 'vitest'
import { type Random, random } from '../../random.ts'
import { tf } from '../../tf.ts'
import { wasm } from '../wasm.ts'

beforeAll(() => wasm.start({ asked: true }))

type Case = {
  depthwise: boolean
  input: [number, number, number, number]
  filter: [number, number, number, number]
  strides: [number, number]
  pad: 'same' | 'valid' | tf.backend_util.ExplicitPadding
}

const drawCase = (draw: Random): Case => {
  const between = (low: number, high: number) => low + draw.below(high - low + 1)
  const depthwise = draw.below(2) === 0
  const filter: Case['filter'] = [between(1, 5), between(1, 4), between(1, 5), between(1, 4)]
  const strides: Case['strides'] = [between(1, 3), between(1, 3)]
  const height = between(filter[0] + strides[0], 13)
  const width = between(filter[1] + strides[1], 12)
  const explicit: tf.backend_util.ExplicitPadding = [
    [0, 0],
    [between(0, 3), between(0, 2)],
    [between(0, 2), between(0, 5)],
    [0, 0],
  ]
  const pad = (['same', 'valid', explicit] as const)[draw.below(3)]
  return { depthwise, input: [between(1, 2), height, width, filter[2]], filter, strides, pad }
}

const convolution = ({ depthwise, strides, pad }: Case) =>
  depthwise
    ? (x: tf.Tensor4D, k: tf.Tensor4D) => tf.depthwiseConv2d(x, k, strides, pad)
    : (x: tf.Tensor4D, k: tf.Tensor4D) => tf.conv2d(x, k, strides, pad)

const noise = (draw: Random, shape: number[]) => {
  const values = new Float32Array(tf.util.sizeFromShape(shape))
  draw.fillGaussian(values)
  return values
}

/** The convolution, and its gradients for a cotangent that is the same on every backend. */
async function differentiate(backend: string, { input, filter, ...rest }: Case, seed: number) {
  await tf.setBackend(backend)
  return tf.tidy(() => {
    const draw = random(seed)
    const x = tf.tensor4d(noise(draw, input), input)
    const k = tf.tensor4d(noise(draw, filter), filter)
    const f = convolution({ input, filter, ...rest })
    const y = f(x, k)
    const dy = tf.tensor(noise(draw, y.shape), y.shape)
    const gradients = tf.grads((x, k) => f(x as tf.Tensor4D, k as tf.Tensor4D))([x, k], dy)
    return [y, ...gradients].map((tensor) => ({ shape: tensor.shape, values: tensor.dataSync() }))
  })
}

function largestError(values: ArrayLike<number>, expected: ArrayLike<number>): number {
  let error = 0
  let scale = 1e-6
  for (let i = 0; i < expected.length; i++) {
    error = Math.max(error, Math.abs(values[i] - expected[i]))
    scale = Math.max(scale, Math.abs(expected[i]))
  }
  return error / scale
}

describe('convolutions on wasm', () => {
  it('have the values and gradients that they have on cpu: any shape, stride, padding; depthwise too', async () => {
    const draw = random(2024)
    for (let round = 0; round < 60; round++) {
      const drawn = drawCase(draw)
      const expected = await differentiate('cpu', drawn, round)
      const computed = await differentiate('wasm', drawn, round)
      for (const [i, part] of ['value', 'input gradient', 'filter gradient'].entries()) {
        const label = `${part} of ${JSON.stringify(drawn)}`
        expect(computed[i].shape, label).toEqual(expected[i].shape)
        expect(largestError(computed[i].values, expected[i].values), label).toBeLessThan(1e-4)
      }
    }
  })

  it.each<Case>([
    { depthwise: false, input: [2, 5, 6, 3], filter: [3, 3, 3, 2], strides: [1, 1], pad: 'same' },
    { depthwise: false, input: [1, 6, 7, 2], filter: [3, 2, 2, 3], strides: [2, 2], pad: 'same' },
    { depthwise: true, input: [1, 7, 6, 3], filter: [3, 3, 3, 2], strides: [2, 1], pad: 'valid' },
  ])('have the gradient that differences say: %j', async (chosen) => {
    const [value, byInput, byFilter] = await differentiate('wasm', chosen, 5)
    const draw = random(5)
    const x = noise(draw, chosen.input)
    const k = noise(draw, chosen.filter)
    const dy = noise(draw, value.shape)
    const loss = () =>
      tf.tidy(() => {
        const y = convolution(chosen)(
          tf.tensor4d(x.slice(), chosen.input),
          tf.tensor4d(k.slice(), chosen.filter),
        )
        return y.mul(tf.tensor(dy, y.shape)).sum().dataSync()[0]
      })
    // Linear in each single number, so that a step of 1 costs no accuracy.
    const differences = (numbers: Float32Array) =>
      Array.from(numbers, (number, i) => {
        numbers[i] = number + 1
        const above = loss()
        numbers[i] = number - 1
        const below = loss()
        numbers[i] = number
        return (above - below) / 2
      })
    expect(largestError(byInput.values, differences(x))).toBeLessThan(1e-4)
    expect(largestError(byFilter.values, differences(k))).toBeLessThan(1e-4)
  })

  it('leave nothing behind', async () => {
    await tf.setBackend('wasm')
    const drawn: Case = {
      depthwise: false,
      input: [1, 8, 8, 3],
      filter: [3, 3, 3, 4],
      strides: [2, 2],
      pad: 'same',
    }
    await differentiate('wasm', drawn, 1)
    const before = tf.memory().numTensors
    const buffers = tf.engine().backend.numDataIds()
    for (let i = 0; i < 3; i++) await differentiate('wasm', { ...drawn, depthwise: i === 1 }, i)
    expect(tf.memory().numTensors).toBe(before)
    expect(tf.engine().backend.numDataIds()).toBe(buffers)
  })
})

describe('a transposed convolution on wasm', () => {
  it('is what it is on cpu: any shape, stride, padding', async () => {
    const run = async (backend: string, seed: number) => {
      await tf.setBackend(backend)
      return tf.tidy(() => {
        const draw = random(seed)
        const between = (low: number, high: number) => low + draw.below(high - low + 1)
        const strides: [number, number] = [between(1, 3), between(1, 3)]
        const channels = draw.below(3) === 0 ? 128 : between(1, 4) // with many, another road is taken
        const filterShape: Case['filter'] = [between(1, 5), between(1, 5), channels, between(1, 5)]
        // Of the convolution that it is the transposed of: what may be any size, its output follows.
        const output: Case['input'] = [
          between(1, 2),
          between(filterShape[0], 13),
          between(filterShape[1], 12),
          filterShape[2],
        ]
        const pad = (['same', 'valid'] as const)[draw.below(2)]
        const { outShape } = tf.backend_util.computeConv2DInfo(output, filterShape, strides, 1, pad)
        const shape = outShape as Case['input']
        const x = tf.tensor4d(noise(draw, shape), shape)
        const filter = tf.tensor4d(noise(draw, filterShape), filterShape)
        const y = tf.conv2dTranspose(x, filter, output, strides, pad)
        return { label: JSON.stringify({ output, filterShape, strides, pad }), values: y.dataSync() }
      })
    }
    for (let round = 0; round < 60; round++) {
      const { label, values: expected } = await run('cpu', round)
      const { values } = await run('wasm', round)
      expect(largestError(values, expected), label).toBeLessThan(1e-5)
    }
  })

  it('follows a filter that learns, and keeps nothing of one that is gone', async () => {
    await tf.setBackend('wasm')
    const before = { tensors: tf.memory().numTensors, buffers: tf.engine().backend.numDataIds() }
    const x = tf.ones<tf.Rank.R4>([1, 3, 3, 1])
    const filter = tf.tidy(() => tf.variable(tf.ones<tf.Rank.R4>([2, 2, 1, 1])))
    const sum = () =>
      tf.tidy(() => tf.conv2dTranspose(x, filter, [1, 6, 6, 1], 2, 'same').sum().dataSync()[0])
    expect([sum(), sum()]).toEqual([36, 36])
    const inUse = tf.memory().numTensors
    for (const value of [2, 3, 4]) {
      const next = tf.fill<tf.Rank.R4>([2, 2, 1, 1], value)
      filter.assign(next)
      next.dispose()
      expect([sum(), sum()]).toEqual([36 * value, 36 * value])
    }
    expect(tf.memory().numTensors).toBe(inUse)
    tf.dispose([x, filter])
    expect(tf.memory().numTensors).toBe(before.tensors)
    expect(tf.engine().backend.numDataIds()).toBe(before.buffers)
  })
})
