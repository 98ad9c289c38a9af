import { beforeAll, describe, expect, it } from 'vitest'
import { chooseBackend } from '../backends/choose.ts'
import { tf } from '../tf.ts'
import { architecture } from './index.ts'
import { reachOf } from './testing/reach.ts'

beforeAll(() => chooseBackend())

const small = { filters: { down: [4, 4, 4], bottom: [4, 4] } }

describe('the segmentation autoencoder', () => {
  it('draws a colour picture, 0..1, as large as what it sees', () => {
    const model = architecture('segmentation-autoencoder', small).build(1)
    const drawn = model.predictOnBatch(tf.randomUniform([2, 16, 32, 3])) as tf.Tensor
    expect(drawn.shape).toEqual([2, 16, 32, 3])
    expect(drawn.min().dataSync()[0]).toBeGreaterThan(0)
    expect(drawn.max().dataSync()[0]).toBeLessThan(1)
  })

  it('goes down to a sixteenth and 512 features, and back through the same', () => {
    const model = architecture('segmentation-autoencoder', {}).build(1)
    const convolutions = model.layers.filter((layer) => layer.getClassName() === 'Conv2D')
    const channels = convolutions.map((layer) => (layer.outputShape as number[])[3])
    expect(channels).toEqual([16, 32, 64, 64, 128, 128, 256, 512, 256, 128, 128, 64, 64, 32, 16, 3])
    const bottom = tf.model({
      inputs: model.inputs,
      outputs: model.getLayer('bottom5').output as tf.SymbolicTensor,
    })
    expect((bottom.predictOnBatch(tf.zeros([1, 64, 32, 3])) as tf.Tensor).shape).toEqual([1, 4, 2, 512])
  })

  it('sees no further than its receptive field says', () => {
    const autoencoder = architecture('segmentation-autoencoder', { ...small, batchNorm: false })
    const model = autoencoder.build(5)
    // In front of the sigmoid, which is flat far from zero.
    const output = model.getLayer('head').output as tf.SymbolicTensor
    const reach = reachOf(tf.model({ inputs: model.inputs, outputs: output }), autoencoder)
    expect(reach).toBeLessThanOrEqual(autoencoder.receptiveFieldRadius)
    expect(reach).toBeGreaterThan(autoencoder.receptiveFieldRadius - 2 * autoencoder.sizeMultiple)
  })
})
