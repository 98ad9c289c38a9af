import { beforeAll, describe, expect, it } from 'vitest'
import { architecture } from '../architectures/index.ts'
import { tf } from '../tf.ts'
import { takeOver } from './warm-start.ts'

const unet = (parameters: object, seed: number) => architecture('restoration-unet', parameters).build(seed)
const SMALL = { channels: [4, 6], blocks: [1, 1] }

describe('taking over what a smaller network learned', () => {
  beforeAll(() => tf.setBackend('cpu'))

  it('gives a wider one the same outputs, with new channels that can learn', () => {
    const parent = unet(SMALL, 1)
    const wider = unet({ ...SMALL, channels: [5, 9] }, 2)
    const x = tf.randomUniform([1, 16, 16, 3], 0, 1, 'float32', 3)
    const before = distance(wider, parent, x)
    expect(takeOver(wider, parent)).toEqual([])
    expect(before).toBeGreaterThan(0.01)
    expect(distance(wider, parent, x)).toBeLessThan(1e-6)
    const kernel = wider.getLayer('down1_block1_a').getWeights()[0]
    const fresh = kernel.slice([0, 0, 0, 4]).abs().min().dataSync()[0]
    expect(fresh, 'a new channel is drawn at random').toBeGreaterThan(0)
  })

  it('sets an extra input channel to nothing', () => {
    const parent = unet(SMALL, 1)
    const masked = unet({ ...SMALL, extraChannels: 1 }, 2)
    expect(takeOver(masked, parent)).toEqual([])
    const picture = tf.randomUniform([1, 16, 16, 3], 0, 1, 'float32', 3)
    const withMask = tf.concat([picture, tf.randomUniform([1, 16, 16, 1], 0, 1, 'float32', 4)], 3)
    const [expected, given] = [parent.predict(picture), masked.predict(withMask)] as tf.Tensor[]
    expect(expected.sub(given).abs().max().dataSync()[0]).toBeLessThan(1e-6)
  })

  it('leaves further blocks as they were', () => {
    const deeper = unet({ ...SMALL, blocks: [2, 1] }, 2)
    const [kernel] = deeper.getLayer('down1_block2_a').getWeights()
    const values = [...kernel.dataSync()]
    expect(takeOver(deeper, unet(SMALL, 1))).toEqual([])
    expect([...deeper.getLayer('down1_block2_a').getWeights()[0].dataSync()]).toEqual(values)
  })

  it.each([
    ['narrower', { ...SMALL, channels: [4, 5] }, 'down1'],
    ['shallower', { channels: [4], blocks: [1] }, 'down1'],
    ['at another resolution', { ...SMALL, unshuffle: 4 }, 'head'],
  ])('names what has no place in one that is %s', (_, parameters, layer) => {
    expect(takeOver(unet(parameters, 2), unet(SMALL, 1))).toContain(layer)
  })
})

function distance(a: tf.LayersModel, b: tf.LayersModel, x: tf.Tensor): number {
  const [one, other] = [a.predict(x), b.predict(x)] as tf.Tensor[]
  return one.sub(other).abs().max().dataSync()[0]
}
