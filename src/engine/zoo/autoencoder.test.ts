import { beforeAll, describe, expect, it } from 'vitest'
import type { AutoencoderRecipe } from '../../contract/zoo-recipe.ts'
import { CODE } from '../architectures/autoencoder-parts.ts'
import { architecture } from '../architectures/index.ts'
import { chooseBackend } from '../backends/choose.ts'
import { random } from '../random.ts'
import { tf } from '../tf.ts'
import { Autoencoder } from './autoencoder.ts'
import { crossEntropy, forward, gaussianDivergence, jacobianNorm, requireFit } from './autoencoder-loss.ts'

beforeAll(async () => {
  await chooseBackend('cpu')
})

const NAMES = [
  'contractive-autoencoder',
  'convolutional-autoencoder',
  'dense-autoencoder',
  'latent-convolutional-autoencoder',
  'linear-autoencoder',
  'sparse-autoencoder',
  'variational-autoencoder',
]
const built = (name: string, parameters: object = {}) =>
  new Autoencoder(architecture(name, parameters).build(1))

function pictures(count: number, shape: [number, number, number] = [28, 28, 1]): tf.Tensor4D {
  const values = new Float32Array(count * shape.reduce((a, b) => a * b, 1))
  const draw = random(7)
  for (let i = 0; i < values.length; i++) values[i] = draw.uniform()
  return tf.tensor4d(values, [count, ...shape])
}
const flat = (tensor: tf.Tensor) => Array.from(tensor.dataSync())

describe.each(NAMES)('%s', (name) => {
  it('is its decoder after its encoder, before and after it was saved', async () => {
    const parameters = name.includes('convolutional') ? { filters: [4, 3] } : {}
    const autoencoder = built(name, parameters)
    const x = pictures(2)
    const whole = autoencoder.model.predict(x)
    const { code } = autoencoder.encode(x)
    const { reconstruction } = autoencoder.decode(code)
    expect(reconstruction.shape).toEqual([2, 28, 28, 1])
    expect(code.shape.slice(1)).toEqual(autoencoder.codeShape)
    expect(flat(reconstruction)).toEqual(flat(Array.isArray(whole) ? whole[0] : whole))

    let saved: tf.io.ModelArtifacts | undefined
    const keep = tf.io.withSaveHandler(async (artifacts) => {
      saved = artifacts
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } }
    })
    await autoencoder.model.save(keep)
    const again = new Autoencoder(await tf.loadLayersModel(tf.io.fromMemory(saved!)))
    expect(flat(again.decode(again.encode(x).code).reconstruction)).toEqual(flat(reconstruction))
  })

  it('gives its memory back', () => {
    const before = tf.memory().numTensors
    built(name).dispose()
    expect(tf.memory().numTensors).toBe(before)
  })
})

describe('shapes', () => {
  it('of odd pictures come back as they were, though pooling rounds them up', () => {
    const autoencoder = built('convolutional-autoencoder', { picture: [13, 10, 3], filters: [4, 4, 2] })
    const { code } = autoencoder.encode(pictures(1, [13, 10, 3]))
    expect(code.shape).toEqual([1, 2, 2, 2])
    expect(autoencoder.decode(code).reconstruction.shape).toEqual([1, 13, 10, 3])
  })

  it('that can’t be halved are refused by the one that strides', () => {
    expect(() => built('latent-convolutional-autoencoder', { picture: [30, 28, 1] })).toThrow(
      /multiples|halved/,
    )
  })

  it('of the convolutional one are those of its recipe: 28 → 14 → 7 → 4', () => {
    expect(built('convolutional-autoencoder').codeShape).toEqual([4, 4, 32])
  })
})

describe('losses', () => {
  it('the contractive penalty is the Jacobian’s norm, as finite differences have it', () => {
    const autoencoder = built('contractive-autoencoder', { picture: [3, 2, 1], code: 4 })
    const x = pictures(1, [3, 2, 1])
    const kernel = autoencoder.model.getLayer(CODE).weights[0].read()
    const exact = jacobianNorm(autoencoder.encode(x).code, kernel).dataSync()[0]
    let sum = 0
    for (let i = 0; i < 6; i++) {
      const shift = tf.oneHot([i], 6).mul(1e-2).reshape([1, 3, 2, 1])
      const [up, down] = [x.add(shift), x.sub(shift)].map((at) => flat(autoencoder.encode(at).code))
      up.forEach((value, j) => {
        sum += ((value - down[j]) / 2e-2) ** 2
      })
    }
    expect(exact).toBeCloseTo(sum, 4)
    expect(exact).toBeGreaterThan(0.01)
  })

  it('the divergence of a Gaussian code is 0 for N(0, 1), and known elsewhere', () => {
    const zeros = tf.zeros([2, 3])
    expect(gaussianDivergence(zeros, zeros).dataSync()[0]).toBe(0)
    // One latent of N(2, e): (4 + e - 1 - 1) / 2.
    expect(gaussianDivergence(tf.tensor2d([[2]]), tf.tensor2d([[1]])).dataSync()[0]).toBeCloseTo(
      (4 + Math.E - 2) / 2,
      5,
    )
  })

  it('the cross-entropy is −log of the probability of the pixels, and finite for any logits', () => {
    const logits = tf.tensor4d([0, 3, -2, 500], [1, 2, 2, 1])
    const target = tf.tensor4d([1, 1, 0, 1], [1, 2, 2, 1])
    const wanted = Math.log(2) + Math.log(1 + Math.exp(-3)) + Math.log(1 + Math.exp(-2))
    expect(crossEntropy(logits, target).dataSync()[0]).toBeCloseTo(wanted, 5)
  })

  it('alpha weighs the reconstruction, beta the penalty', () => {
    const autoencoder = built('sparse-autoencoder', { code: 8 })
    const x = pictures(3)
    const batch = { given: x, target: x, noise: tf.zeros<tf.Rank.R2>([3, 8]) }
    const l1 = (weight: number, beta: number): AutoencoderRecipe['loss'] => ({
      reconstruction: 'mse',
      weight,
      penalty: { kind: 'sparsity', norm: 'l1', weight: beta },
    })
    const at = (weight: number, beta: number) =>
      forward(autoencoder, batch, l1(weight, beta), false).loss.dataSync()[0]
    const [both, double, more] = [at(1, 1), at(2, 1), at(1, 3)]
    const { code, reconstruction } = forward(autoencoder, batch, l1(1, 1), false)
    const error = reconstruction.sub(x).square().mean().dataSync()[0]
    const sparsity = code.abs().mean().dataSync()[0]
    expect(both).toBeCloseTo(error + sparsity, 5)
    expect(double - both).toBeCloseTo(error, 5)
    expect(more - both).toBeCloseTo(2 * sparsity, 5)
  })

  it('the KL penalty on sparsity is 0 where every unit is as active as wanted', () => {
    const autoencoder = built('sparse-autoencoder', { code: 8, activation: 'sigmoid' })
    const layer = autoencoder.model.getLayer(CODE)
    const activity = 0.2
    layer.setWeights([tf.zeros([784, 8]), tf.fill([8], Math.log(activity / (1 - activity)))])
    const x = pictures(3)
    const loss = (target: number) =>
      forward(
        autoencoder,
        { given: x, target: x, noise: tf.zeros<tf.Rank.R2>([3, 8]) },
        { reconstruction: 'mse', weight: 1e-9, penalty: { kind: 'sparsity', norm: 'kl', weight: 1, target } },
        false,
      ).loss.dataSync()[0]
    expect(loss(0.2)).toBeCloseTo(0, 5)
    expect(loss(0.05)).toBeGreaterThan(0.1)
  })

  it.each([
    ['dense-autoencoder', 'mse', { kind: 'contraction', weight: 1 }, 'sigmoid'],
    ['dense-autoencoder', 'mse', { kind: 'variational', beta: 1 }, 'Gaussian'],
    ['variational-autoencoder', 'cross-entropy', { kind: 'none' }, 'Gaussian'],
    ['linear-autoencoder', 'cross-entropy', { kind: 'none' }, 'logits'],
  ] as const)('%s refuses %s with %o', (name, reconstruction, penalty, why) => {
    expect(() => requireFit(built(name), { reconstruction, weight: 1, penalty })).toThrow(why)
  })
})
