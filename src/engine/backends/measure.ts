/** How fast tfjs's current backend computes: GFLOP/s, a multiplication and an addition counted as two. */
import { tf } from '../tf.ts'

/** Runs grow until one takes this long, ms; then the median of a few counts. */
const LONG_ENOUGH_MS = 40
const RUNS = 5
/** No run starts when those that count have taken so long, ms. */
const ENOUGH_MS = 1500
/** Nor when everything has, ms: a GPU compiles for seconds before its first runs. */
const MOST_MS = 6000
const CHANNELS = 64
const MAX_SIDE = 512

/** Of a 3×3 convolution of 64 into 64 channels. */
export function measureConvolution(): Promise<number> {
  const filter = tf.randomNormal([3, 3, CHANNELS, CHANNELS], 0, 0.05) as tf.Tensor4D
  return measure((side) => {
    const x = tf.randomNormal([1, side, side, CHANNELS]) as tf.Tensor4D
    return {
      flops: convolutionFlops(side),
      run: () => tf.conv2d(x, filter, 1, 'same'),
      release: () => x.dispose(),
    }
  }).finally(() => filter.dispose())
}

/** Of a step of gradient descent on two such convolutions with a ReLU between: forward, gradients, update. */
export function measureTrainingStep(): Promise<number> {
  const weights = [0, 1].map(() =>
    tf.variable(tf.randomNormal([3, 3, CHANNELS, CHANNELS], 0, 0.05) as tf.Tensor4D),
  )
  return measure((side) => {
    const x = tf.randomNormal([1, side, side, CHANNELS]) as tf.Tensor4D
    const loss = () =>
      tf
        .conv2d(tf.relu(tf.conv2d(x, weights[0], 1, 'same')), weights[1], 1, 'same')
        .square()
        .mean()
        .asScalar()
    const run = () => {
      const { value, grads } = tf.variableGrads(loss, weights)
      for (const weight of weights) weight.assign(weight.sub(grads[weight.name].mul(1e-6)))
      return value
    }
    // Two forward, two by the filter, one by the input: the first convolution's input wants no gradient.
    return { flops: 5 * convolutionFlops(side), run, release: () => x.dispose() }
  }).finally(() => tf.dispose(weights))
}

function convolutionFlops(side: number): number {
  return 2 * 9 * CHANNELS * CHANNELS * side * side
}

type Task = { flops: number; run: () => tf.Tensor; release: () => void }

async function measure(taskOf: (side: number) => Task): Promise<number> {
  const start = performance.now()
  let spent = 0
  const hasTime = () => spent < ENOUGH_MS && performance.now() - start < MOST_MS
  const timed = async (run: Task['run']) => {
    const ms = await time(run)
    spent += ms
    return ms
  }
  for (let side = 4; ; side *= 2) {
    const task = taskOf(side)
    try {
      // The first compiles and allocates: it counts only if there is no time for more.
      const times = [await time(task.run)]
      if (hasTime()) times[0] = await timed(task.run)
      if (times[0] < LONG_ENOUGH_MS && side < MAX_SIDE && hasTime()) continue
      while (times.length < RUNS && hasTime()) times.push(await timed(task.run))
      times.sort((a, b) => a - b)
      return task.flops / times[times.length >> 1] / 1e6
    } finally {
      task.release()
    }
  }
}

/** ms until the result is there; a GPU answers only when it is asked for a number. */
async function time(run: () => tf.Tensor): Promise<number> {
  const start = performance.now()
  const result = tf.tidy(() => run().max())
  await result.data()
  result.dispose()
  return performance.now() - start
}
