import { beforeAll, describe, expect, it } from 'vitest'
import { chooseBackend } from '../backends/choose.ts'
import { tf } from '../tf.ts'
import { megaMacsPerPixel } from './cost.ts'
import { architecture } from './index.ts'

beforeAll(() => chooseBackend())

describe('the restoration U-Net', () => {
  it('has the size and the cost that its shipped form promises', () => {
    const model = architecture('restoration-unet', {}).build(1)
    expect(model.countParams()).toBe(883_140)
    expect(megaMacsPerPixel(model)).toBeCloseTo(0.0544, 4)
  })

  it.each([
    { channels: [4], blocks: [2] },
    { channels: [4, 6], blocks: [1, 1] },
    { channels: [4, 6, 8], blocks: [1, 2, 1] },
    { channels: [4, 6], blocks: [1, 1], unshuffle: 3 },
    { channels: [4], blocks: [1], unshuffle: 1 },
  ])('sees no further than its receptive field says: %j', (parameters) => {
    const { build, receptiveFieldRadius: radius, sizeMultiple } = architecture('restoration-unet', parameters)
    const model = build(5)
    // The middle of a picture wide enough that both edges are out of sight, at every place within a cell.
    const side = sizeMultiple * Math.ceil((2 * radius + 40) / sizeMultiple)
    const base = tf.randomUniform([1, 24, side, 3], 0, 1, 'float32', 1)
    const before = model.predictOnBatch(base) as tf.Tensor4D
    let reach = 0
    for (let at = 0; at < sizeMultiple; at++) {
      const changedColumn = (side >> 1) + at
      const change = tf.oneHot([changedColumn], side).reshape([1, 1, side, 1]).mul(100)
      const after = model.predictOnBatch(base.add(change)) as tf.Tensor4D
      const moved = after.sub(before).abs().max([0, 1, 3]).dataSync()
      moved.forEach((value, column) => {
        if (value > 0) reach = Math.max(reach, Math.abs(column - changedColumn))
      })
    }
    expect(reach).toBeLessThanOrEqual(radius)
    expect(reach).toBeGreaterThan(radius - 2 * sizeMultiple) // and the bound is no idle one
  })

  it('adds what it sees in further channels to the picture, and does not give them back', () => {
    const model = architecture('restoration-unet', {
      channels: [4, 6],
      blocks: [1, 1],
      extraChannels: 1,
    }).build(5)
    expect(model.outputs[0].shape).toEqual([null, null, null, 3])
    const picture = tf.randomUniform([1, 8, 8, 3], 0, 1, 'float32', 1)
    const restore = (mask: tf.Tensor) => model.predictOnBatch(picture.concat(mask, 3)) as tf.Tensor
    const without = restore(tf.zeros([1, 8, 8, 1]))
    const withMask = restore(tf.ones([1, 8, 8, 1]))
    expect(without.sub(withMask).abs().max().dataSync()[0]).toBeGreaterThan(1e-4)
    // Untrained, the residual is small: what comes out is the picture, channel by channel.
    expect(without.sub(picture).abs().mean().dataSync()[0]).toBeLessThan(0.15)
    const names = model.trainableWeights.map(({ name }) => name)
    expect(names.some((name) => name.startsWith('picture_channels'))).toBe(false)
  })

  it('is as narrow within its blocks as it is told, in the order in which they are run', () => {
    const parameters = { channels: [4, 6], blocks: [1, 2], hidden: [3, 5, 2, 1] }
    const widths = architecture('restoration-unet', parameters)
      .build(5)
      .layers.filter(({ name }) => name.endsWith('_a'))
      .map(({ name, output }) => [name, (output as tf.SymbolicTensor).shape[3]])
    expect(Object.fromEntries(widths)).toEqual({
      down1_block1_a: 3,
      middle2_block1_a: 5,
      middle2_block2_a: 2,
      up1_block1_a: 1,
    })
    const tooFew = () => architecture('restoration-unet', { ...parameters, hidden: [3, 5, 2] })
    expect(tooFew).toThrow(/one number for each residual block/)
  })

  it('refuses parameters that do not fit, and unknown architectures, by name', () => {
    expect(() => architecture('restoration-unet', { channels: [-1] })).toThrow(/restoration-unet/)
    expect(() => architecture('resnet', {})).toThrow(/no architecture "resnet"/)
  })
})
