/** What is wrong with a network's answer, for a batch: a differentiable scalar. */
import type { SegmentationRecipe } from '../../../contract/segmentation-recipe.ts'
import { tf } from '../../tf.ts'
import { classColours, classNames } from './classes.ts'
import { type LabelledPicture, VOID } from './labelled-pictures.ts'

/** Of the network's output in front of its sigmoid, [batch, height, width, outputs], and labels [batch · height · width]. */
export type SegmentationLoss = (logits: tf.Tensor4D, labels: Uint8Array) => tf.Scalar

export function segmentationLoss(
  recipe: SegmentationRecipe,
  pictures: readonly LabelledPicture[],
): SegmentationLoss {
  const { data, loss } = recipe
  if (data.kind === 'masks') return loss.kind === 'dice' ? crossEntropyAndDice : maskCrossEntropy
  if (loss.kind === 'mse') return colourError(classColours(recipe).flat())
  const classes = classNames(recipe).length
  const balance = loss.kind === 'cross-entropy' ? (loss.balance ?? 0) : 0
  return labelCrossEntropy(classWeights(pictures, classes, balance))
}

/** Mean of the binary cross-entropy, from logits: exact where the sigmoid is flat. */
const maskCrossEntropy: SegmentationLoss = (logits, labels) =>
  tf.losses.sigmoidCrossEntropy(floats(labels, logits.shape), logits)

/** 1 − Dice is taken over the whole batch: a crop without any subject is no special case. */
const crossEntropyAndDice: SegmentationLoss = (logits, labels) => {
  const truth = floats(labels, logits.shape)
  const probability = logits.sigmoid()
  const both = probability.mul(truth).sum()
  const dice = both.mul(2).add(1).div(probability.sum().add(truth.sum()).add(1))
  return maskCrossEntropy(logits, labels).add(tf.sub(1, dice))
}

/** Softmax cross-entropy, each pixel by the weight of its class; void pixels have none. */
function labelCrossEntropy(weights: readonly number[]): SegmentationLoss {
  return (logits, labels) => {
    const classes = tf.tensor1d(Int32Array.from(labels), 'int32')
    // Void is no index of a class: a row of zeros.
    const truth = tf
      .oneHot(classes, weights.length)
      .toFloat()
      .mul(tf.tensor1d([...weights]))
    const logProbability = tf.logSoftmax(logits.reshape<tf.Tensor2D>([-1, weights.length]))
    return truth.mul(logProbability).sum().neg().div(truth.sum().maximum(1e-6))
  }
}

/** Mean squared error of the label picture, 0..1; void pixels have none. `colours` are 0..255, three a class. */
function colourError(colours: readonly number[]): SegmentationLoss {
  return (logits, labels) => {
    const wanted = new Float32Array(3 * labels.length)
    const counts = new Float32Array(labels.length)
    for (let i = 0; i < labels.length; i++) {
      if (labels[i] === VOID) continue
      counts[i] = 1
      for (let c = 0; c < 3; c++) wanted[3 * i + c] = colours[3 * labels[i] + c] / 255
    }
    const [batch, height, width] = logits.shape
    const inside = tf.tensor4d(counts, [batch, height, width, 1])
    const error = logits.sigmoid().sub(tf.tensor4d(wanted, logits.shape)).square()
    return error.mul(inside).sum().div(inside.sum().mul(3).maximum(1))
  }
}

/**
 * (Median frequency / frequency) to a power, one a class: a class's frequency is its share of the pictures that it is in
 * (Eigen & Fergus 2015). A class that is in none weighs 1.
 */
export function classWeights(
  pictures: readonly Pick<LabelledPicture, 'labels'>[],
  classes: number,
  power: number,
): number[] {
  const own = new Float64Array(classes)
  const around = new Float64Array(classes)
  for (const { labels } of pictures) {
    const counts = new Float64Array(classes)
    for (const label of labels) if (label !== VOID) counts[label]++
    counts.forEach((count, i) => {
      own[i] += count
      if (count > 0) around[i] += labels.length
    })
  }
  const frequencies = Array.from(own, (count, i) => (around[i] === 0 ? 0 : count / around[i]))
  const there = frequencies.filter((frequency) => frequency > 0).sort((a, b) => a - b)
  const median = there[there.length >> 1]
  return frequencies.map((frequency) => (frequency === 0 ? 1 : (median / frequency) ** power))
}

function floats(labels: Uint8Array, shape: [number, number, number, number]): tf.Tensor4D {
  return tf.tensor4d(Float32Array.from(labels), shape)
}
