/** The probe's numbers, computed again: plain loops in float64, gradients as central differences of those loops. */
import { writeFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { tf } from '../tf.ts'
import { overrideKernel } from './override-kernel.ts'
import { PROBE_SHAPES, type ProbeName, probe, probeInput } from './probe.ts'
import stored from './probe-numbers.json' with { type: 'json' }

type Array4 = { shape: readonly number[]; values: Float64Array }

const make = (shape: readonly number[], seed: number): Array4 => ({
  shape,
  values: Float64Array.from(probeInput(shape, seed)),
})
const zeros = (shape: readonly number[]): Array4 => ({
  shape,
  values: new Float64Array(shape.reduce((product, length) => product * length, 1)),
})
/** The index of [0, row, column, channel]. */
const at = ({ shape }: Array4, row: number, column: number, channel: number) =>
  (row * shape[2] + column) * shape[3] + channel

/** 'same' padding as TensorFlow defines it: ceil(size / stride) outputs, the odd zero behind. */
function convolve(x: Array4, filter: Array4, stride: number): Array4 {
  const [, height, width, channelsIn] = x.shape
  const [size, , , channelsOut] = filter.shape
  const outputs = (length: number) => Math.ceil(length / stride)
  const before = (length: number) => Math.max(0, (outputs(length) - 1) * stride + size - length) >> 1
  const y = zeros([1, outputs(height), outputs(width), channelsOut])
  for (let row = 0; row < y.shape[1]; row++) {
    for (let column = 0; column < y.shape[2]; column++) {
      for (let i = 0; i < size; i++) {
        for (let j = 0; j < size; j++) {
          const r = row * stride + i - before(height)
          const c = column * stride + j - before(width)
          if (r < 0 || c < 0 || r >= height || c >= width) continue
          for (let from = 0; from < channelsIn; from++) {
            for (let to = 0; to < channelsOut; to++) {
              const weight = filter.values[((i * size + j) * channelsIn + from) * channelsOut + to]
              y.values[at(y, row, column, to)] += x.values[at(x, r, c, from)] * weight
            }
          }
        }
      }
    }
  }
  return y
}

const relu = (x: Array4): Array4 => ({ shape: x.shape, values: x.values.map((value) => Math.max(0, value)) })

/** Central differences: exact here but for rounding, since each single weight acts linearly between two kinks. */
function differentiate(loss: () => number, by: Array4): Float64Array {
  const step = 1e-6
  return by.values.map((value, i) => {
    by.values[i] = value + step
    const above = loss()
    by.values[i] = value - step
    const below = loss()
    by.values[i] = value
    return (above - below) / (2 * step)
  })
}

function resize(x: Array4, pick: (y: number, x: number, channel: number) => number): Float64Array {
  const [height, width] = PROBE_SHAPES.resized
  const out = zeros([1, height, width, x.shape[3]])
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      for (let channel = 0; channel < x.shape[3]; channel++) {
        out.values[at(out, row, column, channel)] = pick(row, column, channel)
      }
    }
  }
  return out.values
}

function reference(): Record<ProbeName, Float64Array> {
  const picture = make(PROBE_SHAPES.picture, 1)
  const filter = make(PROBE_SHAPES.filter, 2)
  const stridedFilter = make(PROBE_SHAPES.stridedFilter, 3)
  const convolution = () => convolve(picture, filter, 1)
  const network = () => convolve(relu(convolution()), stridedFilter, 2)
  const weights = make(network().shape, 4)
  const loss = () => network().values.reduce((sum, value, i) => sum + value * weights.values[i], 0)

  const [, height, width, channels] = picture.shape
  const [newHeight, newWidth] = PROBE_SHAPES.resized
  const nearest = (row: number, column: number, channel: number) =>
    picture.values[
      at(picture, Math.floor((row * height) / newHeight), Math.floor((column * width) / newWidth), channel)
    ]
  const bilinear = (row: number, column: number, channel: number) => {
    let sum = 0
    const y = ((row + 0.5) * height) / newHeight - 0.5
    const x = ((column + 0.5) * width) / newWidth - 0.5
    for (const r of [Math.floor(y), Math.floor(y) + 1]) {
      for (const c of [Math.floor(x), Math.floor(x) + 1]) {
        const share = (1 - Math.abs(y - r)) * (1 - Math.abs(x - c))
        const inside = (value: number, length: number) => Math.min(length - 1, Math.max(0, value))
        sum += share * picture.values[at(picture, inside(r, height), inside(c, width), channel)]
      }
    }
    return sum
  }
  const shuffled = zeros([1, height * 2, width * 2, channels / 4])
  for (let row = 0; row < height * 2; row++) {
    for (let column = 0; column < width * 2; column++) {
      const part = (row % 2) * 2 + (column % 2)
      shuffled.values[at(shuffled, row, column, 0)] = picture.values[at(picture, row >> 1, column >> 1, part)]
    }
  }
  return {
    'a convolution': convolution().values,
    'a strided convolution behind a ReLU': network().values,
    'the gradient by the input': differentiate(loss, picture),
    'the gradient by a filter': differentiate(loss, filter),
    'the gradient by a strided filter': differentiate(loss, stridedFilter),
    'a nearest-neighbour resize': resize(picture, nearest),
    'a bilinear resize': resize(picture, bilinear),
    'a pixel shuffle': shuffled.values,
  }
}

describe('the stored numbers', () => {
  it('are what plain float64 loops compute', () => {
    const computed = reference()
    if (process.env.LIMPID_WRITE_PROBE_NUMBERS) {
      const rounded = Object.entries(computed).map(([name, values]) => [
        name,
        Array.from(values, (value) => Number(value.toPrecision(8))),
      ])
      writeFileSync(
        new URL('./probe-numbers.json', import.meta.url),
        `${JSON.stringify(Object.fromEntries(rounded))}\n`,
      )
    }
    for (const [name, values] of Object.entries(computed)) {
      const numbers = stored[name as ProbeName]
      expect(numbers, name).toHaveLength(values.length)
      numbers.forEach((number, i) => {
        expect(number, `${name} [${i}]`).toBeCloseTo(values[i], 5)
      })
    }
  })
})

describe('a backend with a fault', () => {
  beforeAll(() => tf.setBackend('cpu'))

  it('passes as long as it has none', () => probe())

  it.each([
    { kernel: tf.Conv2D, factor: 1.01, name: 'a convolution' },
    { kernel: tf.Conv2DBackpropFilter, factor: -1, name: 'the gradient by a filter' },
    { kernel: tf.Conv2DBackpropInput, factor: 0, name: 'the gradient by the input' },
    { kernel: tf.ResizeBilinear, factor: 1.01, name: 'a bilinear resize' },
    { kernel: tf.ResizeNearestNeighbor, factor: Number.NaN, name: 'a nearest-neighbour resize' },
    { kernel: tf.Transpose, factor: 0.9, name: 'a pixel shuffle' },
  ])('is refused, and the fault is named: $name', async ({ kernel, factor, name }) => {
    const healthy = tf.getKernel(kernel, 'cpu').kernelFunc
    overrideKernel('cpu', kernel, (original) => (args) => {
      const result = original!(args) as tf.TensorInfo
      const values = (args.backend as unknown as { readSync(id: object): Float32Array }).readSync(
        result.dataId,
      )
      for (let i = 0; i < values.length; i++) values[i] *= factor
      return result
    })
    try {
      await expect(probe()).rejects.toMatchObject({
        code: 'backend-unavailable',
        message: expect.stringContaining(name),
      })
    } finally {
      overrideKernel('cpu', kernel, () => healthy)
    }
    await probe()
  })
})
