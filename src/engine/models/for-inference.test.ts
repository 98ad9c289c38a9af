import { beforeAll, describe, expect, it } from 'vitest'
import { architecture } from '../architectures/index.ts'
import { chooseBackend } from '../backends/choose.ts'
import { random } from '../random.ts'
import { tf } from '../tf.ts'
import { forInference } from './for-inference.ts'

beforeAll(async () => {
  await chooseBackend()
})

const kinds = (model: tf.LayersModel) => model.layers.map((layer) => layer.getClassName())

/** As after a training: no weight is 0 or 1 any more, moving averages included. */
function scramble(model: tf.LayersModel): void {
  const draw = random(9)
  for (const weight of model.weights) {
    const values = new Float32Array(tf.util.sizeFromShape(weight.shape as number[]))
    draw.fillGaussian(values)
    const isVariance = weight.name.includes('variance')
    for (let i = 0; i < values.length; i++)
      values[i] = isVariance ? 0.5 + Math.abs(values[i]) : 0.3 * values[i]
    const tensor = tf.tensor(values, weight.shape as number[])
    weight.write(tensor)
    tensor.dispose()
  }
}

function outputOf(model: tf.LayersModel): Float32Array {
  const values = new Float32Array(2 * 32 * 48 * 3)
  random(4).fillGaussian(values)
  return tf.tidy(() =>
    (model.predictOnBatch(tf.tensor4d(values, [2, 32, 48, 3])) as tf.Tensor).dataSync<'float32'>(),
  )
}

describe('a network made ready for inference', () => {
  it('with layers of several outputs stays as it is: SegNet', () => {
    const model = architecture('segnet', { filters: [4, 8], convolutions: [1, 1] }).build(3)
    expect(forInference(model)).toBe(model)
    model.dispose()
  })

  it.each(['nearest', 'transposed'] as const)(
    'computes the same without batch norm and dropout: U-Net, %s',
    (upsampling) => {
      const model = architecture('unet', { filters: 4, depth: 2, outputChannels: 2, upsampling }).build(3)
      scramble(model)
      const before = outputOf(model)
      expect(kinds(model)).toEqual(expect.arrayContaining(['BatchNormalization', 'Dropout', 'ReLU']))

      const ready = forInference(model)
      for (const kind of ['BatchNormalization', 'Dropout', 'ReLU']) expect(kinds(ready)).not.toContain(kind)
      const after = outputOf(ready)
      const largest = Math.max(...before.map(Math.abs))
      before.forEach((value, i) => {
        expect(Math.abs(after[i] - value)).toBeLessThan(2e-5 * largest)
      })
      ready.dispose()
    },
  )

  it('doubles and convolves in one where that is faster', () => {
    const small = architecture('unet', { filters: 4, depth: 2, upsampling: 'nearest' }).build(3)
    const ready = forInference(small)
    const expected = tf.getBackend() === 'tensorflow' ? ['Conv2DTranspose'] : ['UpSampling2D']
    expect(kinds(ready).filter((kind) => /Up|Transpose/.test(kind))).toEqual([...expected, ...expected])
    ready.dispose()
  })

  it('leaves a layer alone whose output another one reads too', () => {
    const input = tf.input({ shape: [null, null, 3] })
    const convolved = tf.layers.conv2d({ filters: 3, kernelSize: 3, padding: 'same' }).apply(input)
    const activated = tf.layers.reLU().apply(convolved)
    const sum = tf.layers.add().apply([convolved, activated] as tf.SymbolicTensor[]) as tf.SymbolicTensor
    const model = tf.model({ inputs: input, outputs: sum })
    const before = tf.memory().numTensors
    expect(forInference(model)).toBe(model)
    expect(tf.memory().numTensors).toBe(before)
    model.dispose()
  })

  it('leaves nothing of the old network behind', () => {
    const build = () => architecture('unet', { filters: 2, depth: 1 }).build(1)
    forInference(build()).dispose()
    const before = tf.memory().numTensors
    forInference(build()).dispose()
    expect(tf.memory().numTensors).toBe(before)
  })
})
