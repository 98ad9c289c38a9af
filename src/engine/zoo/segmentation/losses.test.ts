import { beforeAll, describe, expect, it } from 'vitest'
import { chooseBackend } from '../../backends/choose.ts'
import { tf } from '../../tf.ts'
import { VOID } from './labelled-pictures.ts'
import { classWeights, segmentationLoss } from './losses.ts'
import { labelRecipe, maskRecipe } from './testing/recipes.ts'

beforeAll(() => chooseBackend())

const number = (loss: tf.Scalar) => loss.dataSync()[0]
const mask = Uint8Array.from([0, 1, 1, 0])
const picture = (labels: number[]) => ({
  name: '',
  width: labels.length,
  height: 1,
  samples: new Uint8Array(3 * labels.length),
  labels: Uint8Array.from(labels),
})

describe('the loss of a mask', () => {
  it('is the cross-entropy of the sigmoid, exact for logits far out', () => {
    const loss = segmentationLoss(maskRecipe({}, { loss: { kind: 'cross-entropy' } }), [])
    const logits = tf.tensor4d([0.5, -1, 60, -60], [1, 2, 2, 1])
    const expected = (Math.log(1 + Math.exp(0.5)) + Math.log(1 + Math.exp(1)) + 0 + 0) / 4
    expect(number(loss(logits, mask))).toBeCloseTo(expected, 5)
    expect(number(loss(logits.neg(), mask))).toBeGreaterThan(30) // wrong and sure of it
  })

  it('with Dice is near 0 for the truth and more than 1 for its opposite', () => {
    const loss = segmentationLoss(maskRecipe(), [])
    const logits = tf.tensor4d([-20, 20, 20, -20], [1, 2, 2, 1])
    expect(number(loss(logits, mask))).toBeLessThan(1e-4)
    // 1 − (2 · 0 + 1) / (2 + 2 + 1), and 20 of cross-entropy.
    expect(number(loss(logits.neg(), mask))).toBeCloseTo(20.8, 3)
  })
})

describe('the loss of labels', () => {
  const logits = tf.tidy(() => tf.keep(tf.tensor4d([1, 2, 0, 0.5, 0, 0, 3, 1, 1], [1, 1, 3, 3])))
  const logProbability = (row: number[], label: number) =>
    row[label] - Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0))

  it('is the cross-entropy of the softmax; void pixels count for nothing', () => {
    const loss = segmentationLoss(labelRecipe({}, { loss: { kind: 'cross-entropy' } }), [picture([0, 1, 2])])
    const expected = -(logProbability([1, 2, 0], 1) + logProbability([3, 1, 1], 0)) / 2
    expect(number(loss(logits, Uint8Array.from([1, VOID, 0])))).toBeCloseTo(expected, 5)
    const [gradient] = tf.grads((x) => loss(x as tf.Tensor4D, Uint8Array.from([1, VOID, 0])))([logits])
    const values = gradient.dataSync()
    expect(values.slice(3, 6).every((value) => value === 0)).toBe(true)
    expect(values[1]).toBeLessThan(0)
  })

  it('weighs a class by its median frequency over its own, to a power', () => {
    const pictures = [picture([0, 0, 0, 0, 0, 0, 1, 1, 1, 2]), picture([0, 0, 0, 0, 0, 0, 1, 1, 1, VOID])]
    // Shares of the pictures that they are in: 0.6, 0.3, 0.1; the median is 0.3.
    expect(classWeights(pictures, 4, 1).map((weight) => Number(weight.toFixed(6)))).toEqual([0.5, 1, 3, 1])
    expect(classWeights(pictures, 4, 0)).toEqual([1, 1, 1, 1])
    expect(classWeights(pictures, 4, 0.5)[2]).toBeCloseTo(Math.sqrt(3), 6)
  })

  it('as a colour picture is the squared distance from the colour of the class', () => {
    const colours = [
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 0],
    ]
    const loss = segmentationLoss(labelRecipe({ colours }, { loss: { kind: 'mse' } }), [])
    const sure = tf.tensor4d([30, -30, -30, -30, 30, -30, 0, 0, 0], [1, 1, 3, 3])
    expect(number(loss(sure, Uint8Array.from([0, 1, VOID])))).toBeCloseTo(0, 5)
    expect(number(loss(sure, Uint8Array.from([0, 0, 2])))).toBeCloseTo((0 + 2 / 3 + 0.25) / 3, 5)
  })
})
