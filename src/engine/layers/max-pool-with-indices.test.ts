import { beforeEach, describe, expect, it } from 'vitest'
import { chooseBackend } from '../backends/choose.ts'
import { random } from '../random.ts'
import { tf } from '../tf.ts'
import { MaxPoolWithIndices, MaxUnpool } from './max-pool-with-indices.ts'

const native = await chooseBackend('tensorflow').catch(() => null)
const backends = (['tensorflow', 'wasm', 'cpu'] as const).filter((name) => native || name !== 'tensorflow')

describe.each(backends)('pooling with indices on %s', (name) => {
  beforeEach(() => chooseBackend(name))

  const pool = (x: tf.Tensor) => new MaxPoolWithIndices().apply(x) as tf.Tensor[]
  const unpool = (values: tf.Tensor, indices: tf.Tensor) =>
    new MaxUnpool().apply([values, indices]) as tf.Tensor

  it('gives the maxima of max-pooling, and the first place where each was', () => {
    const x = tf.tensor4d([1, 5, 7, 7, 3, 2, 7, 0], [1, 2, 4, 1])
    const [maxima, indices] = pool(x)
    expect([...maxima.dataSync()]).toEqual([5, 7])
    expect([...indices.dataSync()]).toEqual([1, 0])
    const drawn = tf.randomNormal<tf.Rank.R4>([2, 6, 8, 3], 0, 1, 'float32', 4)
    expect([...pool(drawn)[0].dataSync()]).toEqual([...tf.maxPool(drawn, 2, 2, 'valid').dataSync()])
  })

  it('puts each value back where its maximum was, and zeros elsewhere', () => {
    const x = tf.randomUniform<tf.Rank.R4>([2, 6, 4, 3], 0.1, 1, 'float32', 5)
    const [maxima, indices] = pool(x)
    const back = unpool(maxima, indices)
    expect(back.shape).toEqual([2, 6, 4, 3])
    const before = x.dataSync()
    const values = back.dataSync()
    expect(values.filter((value) => value !== 0)).toHaveLength(before.length / 4)
    values.forEach((value, i) => {
      if (value !== 0) expect(value).toBe(before[i])
    })
    expect([...pool(back)[0].dataSync()]).toEqual([...maxima.dataSync()])
  })

  it('has the gradient that differences say, through both and everything between', () => {
    const draw = random(11)
    const noise = (size: number) => {
      const values = new Float32Array(size)
      draw.fillGaussian(values)
      return values
    }
    const shape: [number, number, number, number] = [2, 4, 6, 2]
    const weights = noise(96)
    const scales = noise(24)
    // A sum over what SegNet does with one level: pool, change, unpool. Both ways count, maxima and unpooled.
    const f = (x: tf.Tensor4D, scale: tf.Tensor4D) => {
      const [maxima, indices] = pool(x)
      const y = unpool(maxima.mul(scale), indices)
      return y.mul(tf.tensor4d(weights, shape)).sum().add(maxima.square().sum()) as tf.Scalar
    }
    const values = noise(96)
    const [byX, byScale] = tf.grads((x, s) => f(x as tf.Tensor4D, s as tf.Tensor4D))([
      tf.tensor4d(values, shape),
      tf.tensor4d(scales, [2, 2, 3, 2]),
    ])
    const at = (x: Float32Array, s: Float32Array) =>
      tf.tidy(() => f(tf.tensor4d(x, shape), tf.tensor4d(s, [2, 2, 3, 2])).dataSync()[0])
    const difference = (numbers: Float32Array, i: number, value: (changed: Float32Array) => number) => {
      const h = 1e-2
      const above = numbers.slice()
      const below = numbers.slice()
      above[i] += h
      below[i] -= h
      return (value(above) - value(below)) / (2 * h)
    }
    const gx = byX.dataSync()
    const gs = byScale.dataSync()
    for (let i = 0; i < 96; i++)
      expect(gx[i]).toBeCloseTo(
        difference(values, i, (x) => at(x, scales)),
        1,
      )
    for (let i = 0; i < 24; i++)
      expect(gs[i]).toBeCloseTo(
        difference(scales, i, (s) => at(values, s)),
        1,
      )
    expect(gx.filter((value) => value !== 0)).toHaveLength(24) // one place a window learns
  })

  it('survives being saved, and leaves no tensor behind', async () => {
    const picture = tf.input({ shape: [null, null, 2] })
    const [maxima, indices] = new MaxPoolWithIndices({ name: 'pool' }).apply(picture) as tf.SymbolicTensor[]
    const out = new MaxUnpool({ name: 'unpool' }).apply([maxima, indices]) as tf.SymbolicTensor
    const model = tf.model({ inputs: picture, outputs: out })
    let saved: tf.io.ModelArtifacts | undefined
    await model.save(
      tf.io.withSaveHandler(async (artifacts) => {
        saved = artifacts
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } }
      }),
    )
    const again = await tf.loadLayersModel(tf.io.fromMemory(saved!))
    const x = tf.randomNormal([1, 4, 6, 2], 0, 1, 'float32', 3)
    const before = tf.memory().numTensors
    const [y, z] = [model, again].map((each) => {
      const output = each.predictOnBatch(x) as tf.Tensor
      const data = [...output.dataSync()]
      output.dispose()
      return data
    })
    expect(z).toEqual(y)
    expect(y).toHaveLength(48)
    expect(tf.memory().numTensors).toBe(before)
  })

  it('refuses odd sides, of shapes that are only planned too', () => {
    expect(() => pool(tf.zeros([1, 3, 4, 1]))).toThrow(/even sides, not 3 × 4/)
    const layer = new MaxPoolWithIndices()
    expect(() => layer.computeOutputShape([1, 4, 25, 8])).toThrow(/even sides, not 4 × 25/)
    expect(layer.computeOutputShape([1, null, null, 8])[0]).toEqual([1, null, null, 8])
  })
})
