import { beforeAll, describe, expect, it } from 'vitest'
import { chooseBackend } from '../backends/choose.ts'
import { tf } from '../tf.ts'
import { architecture } from './index.ts'
import { reachOf } from './testing/reach.ts'

beforeAll(() => chooseBackend())

describe('the U-Net', () => {
  it('gives a mask as large as the picture, between 0 and 1', () => {
    const model = architecture('unet', { filters: 4, depth: 2 }).build(1)
    const mask = model.predictOnBatch(tf.randomUniform([2, 8, 12, 3])) as tf.Tensor
    expect(mask.shape).toEqual([2, 8, 12, 1])
    expect(mask.min().dataSync()[0]).toBeGreaterThan(0)
    expect(mask.max().dataSync()[0]).toBeLessThan(1)
  })

  it('has the size of the classic one with 16 filters', () => {
    const plain = { batchNorm: false, dropout: 0 }
    const count = (upsampling: string) =>
      architecture('unet', { ...plain, upsampling })
        .build(1)
        .countParams()
    expect(count('transposed')).toBe(1_941_105)
    // 3×3 on twice the channels for 2×2 of the same: 5 more weights for each pair of channels.
    expect(count('nearest')).toBe(1_941_105 + 5 * 2 * (16 ** 2 + 32 ** 2 + 64 ** 2 + 128 ** 2))
  })

  it.each([
    { depth: 1, upsampling: 'transposed' },
    { depth: 2, upsampling: 'transposed' },
    { depth: 2, upsampling: 'nearest' },
  ])('sees no further than its receptive field says: %j', (options) => {
    const parameters = { filters: 4, batchNorm: false, dropout: 0, activation: 'linear', ...options }
    const { build, receptiveFieldRadius: radius, sizeMultiple } = architecture('unet', parameters)
    const model = build(5)
    const reach = reachOf(model, { sizeMultiple, receptiveFieldRadius: radius })
    expect(reach).toBeLessThanOrEqual(radius)
    expect(reach).toBeGreaterThan(radius - 2 * sizeMultiple) // and the bound is no idle one
  })

  it('starts as the picture itself where it learns a residual', () => {
    const image = { outputChannels: 3, activation: 'linear', residual: true }
    const model = architecture('unet', { ...image, filters: 4, depth: 2 }).build(1)
    const x = tf.randomUniform([1, 8, 8, 3], 0, 1, 'float32', 2)
    expect([...(model.predictOnBatch(x) as tf.Tensor).dataSync()]).toEqual([...x.dataSync()])
    expect(() => architecture('unet', { residual: true })).toThrow(/as many channels as the picture/)
  })

  it('learns: a mask of the bright pixels', () => {
    const model = architecture('unet', { inputChannels: 1, filters: 4, depth: 1, dropout: 0 }).build(3)
    const x = tf.randomUniform([4, 16, 16, 1], 0, 1, 'float32', 7)
    const y = x.greater(0.5).cast('float32')
    const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable)
    const adam = tf.train.adam(0.02)
    const loss = () =>
      tf.losses.sigmoidCrossEntropy(y, logit(model.apply(x, { training: true }) as tf.Tensor))
    const first = (loss() as tf.Scalar).dataSync()[0]
    for (let step = 0; step < 30; step++) adam.minimize(() => loss() as tf.Scalar, false, variables)
    expect((loss() as tf.Scalar).dataSync()[0]).toBeLessThan(first / 3)
  })
})

const logit = (probability: tf.Tensor) => {
  const p = probability.clipByValue(1e-4, 1 - 1e-4)
  return p.div(tf.sub(1, p)).log()
}
