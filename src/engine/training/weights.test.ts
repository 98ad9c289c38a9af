/** What a checkpoint must not lose: batch norm's averages, dropout's masks, the average of the weights. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RestorationRecipe, restorationRecipeSchema } from '../../contract/restoration-recipe.ts'
import { chooseBackend } from '../backends/choose.ts'
import { random } from '../random.ts'
import { tf } from '../tf.ts'
import { readRun, weightsOf } from './checkpoint.ts'
import type { Learner, Schedule } from './learner.ts'
import { train } from './trainer.ts'

const recipe: RestorationRecipe = restorationRecipeSchema.parse(
  JSON.parse(await readFile(path.join(import.meta.dirname, '../../../recipes/denoise-fast.json'), 'utf8')),
)

/** y = |x₀ - x₁|, learned by a net with everything in it that has a state of its own. */
function smallLearner(): Learner<number> {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({
        units: 16,
        inputShape: [2],
        kernelInitializer: tf.initializers.heNormal({ seed: 1 }),
      }),
      tf.layers.batchNormalization(),
      tf.layers.reLU(),
      tf.layers.dropout({ rate: 0.3, seed: 2 }),
      tf.layers.dense({ units: 1, kernelInitializer: tf.initializers.glorotNormal({ seed: 3 }) }),
    ],
  })
  const examples = (...seeds: number[]) => {
    const values = new Float32Array(64)
    random(...seeds).fillGaussian(values)
    const x = tf.tensor2d(values, [32, 2])
    return {
      x,
      y: x
        .slice([0, 0], [32, 1])
        .sub(x.slice([0, 1], [32, 1]))
        .abs(),
    }
  }
  const error = (seeds: number[], training: boolean) => {
    const { x, y } = examples(...seeds)
    return (model.apply(x, { training }) as tf.Tensor).sub(y).square().mean().asScalar()
  }
  return {
    model,
    *batches(first) {
      for (let step = first; ; step++) yield step
    },
    loss: (step) => error([1, step], true),
    pixels: () => 64,
    async validate() {
      const mse = tf.tidy(() => error([2], false).dataSync()[0])
      return { figures: { MSE: mse }, score: -mse }
    },
  }
}

const schedule: Schedule = {
  steps: 120,
  everySteps: 40,
  seed: 5,
  optimizer: { kind: 'adam', learningRate: 0.02, warmupSteps: 0, clipNorm: 10, ema: 0.9 },
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'limpid-weights-'))
  await chooseBackend('cpu')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const stateOf = async (name: string) => {
  const run = (await readRun(path.join(folder, name)))!
  return { run, bytes: await readFile(path.join(folder, name, run.state)) }
}

describe('a network with batch norm, dropout and averaged weights', () => {
  it('learns, and ends with the weights that validated best', async () => {
    const learner = smallLearner()
    const { best } = await train({ recipe, learner, schedule, runFolder: path.join(folder, 'whole') })
    const { run } = await stateOf('whole')
    expect(run.history.map(({ step }) => step)).toEqual([40, 80, 120])
    expect(best!.figures.MSE).toBeLessThan(0.75 * run.history[0].figures.MSE)
    expect((await learner.validate()).score).toBe(best!.score)
  })

  it('goes on bit for bit after it was stopped: moving averages and masks too', async () => {
    let asked = 0
    const runFolder = path.join(folder, 'parts')
    const stopped = await train({
      recipe,
      learner: smallLearner(),
      schedule,
      runFolder,
      shouldStop: () => ++asked > 57,
    })
    expect(stopped).toMatchObject({ finished: false, step: 57 })
    const learner = smallLearner()
    await train({ recipe, learner, schedule, runFolder })
    const [whole, parts] = [await stateOf('whole'), await stateOf('parts')]
    expect(Buffer.compare(whole.bytes, parts.bytes)).toBe(0)
    const movingVariance = learner.model.layers[1].getWeights()[3]
    expect((await movingVariance.data()).some((value) => value !== 1)).toBe(true)
  })

  it('drops other units at each step, and has the seeds of its architecture afterwards', async () => {
    const learner = smallLearner()
    const { loss } = learner
    const losses: number[] = []
    // The same examples at every step, no learning: what changes is the mask.
    learner.loss = () => {
      const value = loss(0)
      losses.push(value.dataSync()[0])
      return value
    }
    const still = { ...schedule, steps: 3, optimizer: { ...schedule.optimizer, learningRate: 1e-30 } }
    await train({ recipe, learner, schedule: still, runFolder: path.join(folder, 'masks') })
    expect(new Set(losses).size).toBe(3)
    expect(learner.model.layers[3].getConfig().seed).toBe(2)
  })

  it('is never saved with weights that are no numbers', async () => {
    const learner = smallLearner()
    const weights = await weightsOf(learner.model)
    expect(weights.length).toBe(learner.model.countParams())
    learner.loss = () => {
      const kernel = learner.model.trainableWeights[0].read()
      return kernel.sub(kernel).sqrt().sum().asScalar() // 0, its gradient no number
    }
    learner.validate = async () => ({ figures: { MSE: 1 }, score: -1 })
    const runFolder = path.join(folder, 'nan')
    const every = { ...schedule, everySteps: 1 }
    await expect(train({ recipe, learner, schedule: every, runFolder })).rejects.toMatchObject({
      code: 'training-diverged',
    })
    expect(await readRun(runFolder)).toBeNull()
  })
})
