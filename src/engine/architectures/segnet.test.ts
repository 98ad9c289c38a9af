import { beforeAll, describe, expect, it } from 'vitest'
import { chooseBackend } from '../backends/choose.ts'
import { tf } from '../tf.ts'
import { megaMacsPerPixel } from './cost.ts'
import { architecture } from './index.ts'
import { reachOf } from './testing/reach.ts'

beforeAll(() => chooseBackend())

describe('SegNet', () => {
  it('gives the logits of each class, as large as the picture', () => {
    const model = architecture('segnet', { filters: [4, 6], convolutions: [1, 2], outputChannels: 5 }).build(
      1,
    )
    const logits = model.predictOnBatch(tf.randomUniform([2, 8, 12, 3])) as tf.Tensor
    expect(logits.shape).toEqual([2, 8, 12, 5])
    expect(logits.min().dataSync()[0]).toBeLessThan(0)
  })

  it('with the filters of the paper has the weights and the cost of VGG-16, twice', () => {
    const paper = { filters: [64, 128, 256], convolutions: [2, 2, 3], outputChannels: 11 } // of five stages
    const model = architecture('segnet', paper).build(1)
    const weights = model.layers
      .filter((layer) => layer.getClassName() === 'Conv2D' && layer.name !== 'head')
      .reduce((sum, layer) => sum + layer.countParams(), 0)
    // VGG-16 has 1,734,336 in its first three stages. The mirror ends with 64 features where VGG begins with RGB.
    expect(weights).toBe(2 * 1_734_336 + 64 * (64 - 3) * 9)
    // 9.335 GMAC at 224 × 224 in those stages; the mirror's last convolution and the head are its own.
    const pixels = 224 * 224
    const expected = 2 * 9.335e9 + pixels * (64 * (64 - 3) * 9 + 64 * 11)
    expect((megaMacsPerPixel(model, 224) * 1e6 * pixels) / expected).toBeCloseTo(1, 3)
  })

  it('sees no further than its receptive field says', () => {
    const segnet = architecture('segnet', { filters: [4, 4, 4], convolutions: [1, 2, 1], outputChannels: 4 })
    const reach = reachOf(segnet.build(7), segnet)
    expect(reach).toBeLessThanOrEqual(segnet.receptiveFieldRadius)
    expect(reach).toBeGreaterThan(segnet.receptiveFieldRadius - 2 * segnet.sizeMultiple)
  })

  it('draws an edge where it is, which only the indices can tell', () => {
    // Trained on vertical bars at any place, two poolings deep.
    const model = architecture('segnet', { filters: [8, 8], convolutions: [1, 1], outputChannels: 2 }).build(
      3,
    )
    const bars = (seed: number) => {
      const starts = tf.randomUniform([16, 1, 1], 0, 12, 'int32', seed)
      const columns = tf.range(0, 16, 1, 'int32').reshape([1, 1, 16])
      const inside = columns.greaterEqual(starts).logicalAnd(columns.less(starts.add(3)))
      return inside.toInt().tile([1, 8, 1]) as tf.Tensor3D // [16, 8, 16]
    }
    const picture = (labels: tf.Tensor3D) => labels.toFloat().expandDims(3).tile([1, 1, 1, 3])
    const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable)
    const adam = tf.train.adam(0.03)
    for (let step = 0; step < 45; step++) {
      const labels = bars(step)
      const loss = () => {
        const logits = model.apply(picture(labels), { training: true }) as tf.Tensor
        return tf.losses.softmaxCrossEntropy(tf.oneHot(labels, 2), logits) as tf.Scalar
      }
      adam.minimize(loss, false, variables)
    }
    const unseen = bars(1000)
    const found = (model.predictOnBatch(picture(unseen)) as tf.Tensor4D).argMax(3)
    expect(found.equal(unseen).toFloat().mean().dataSync()[0]).toBeGreaterThan(0.98)
  })

  it('refuses stages without convolutions', () => {
    expect(() => architecture('segnet', { filters: [4, 4] })).toThrow(/one each a stage/)
  })
})
