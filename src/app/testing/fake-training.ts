/**
 * Training that computes nothing, for the fake engine. It takes as many steps as the recipe says, 5 ms each, validates
 * every tenth, keeps a checkpoint in `run.json`, stops in order, and goes on from there. A learning rate above 0.5
 * makes the loss no number at step 15. Principal components take no step and are measured once. A folder named `empty`
 * has a problem.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { EngineInput, EngineOutput, FromEngine } from '../../contract/engine-protocol.ts'
import { LimpidError } from '../../contract/errors.ts'

const VALIDATED_EVERY = 10
const COMPUTED = { length: { steps: 0 }, optimizer: { learningRate: 0.001 } }

export async function train(
  id: string,
  { recipe, runFolder, modelFolder, finishNow }: EngineInput<'train'>,
  cancelled: ReadonlySet<string>,
  send: (message: FromEngine) => void,
): Promise<EngineOutput<'train'>> {
  if (recipe.task !== 'autoencode') throw new Error(recipe.task)
  const { length, optimizer } = recipe.training.method === 'gradient' ? recipe.training : COMPUTED
  const steps = 'steps' in length ? length.steps : 10 * length.epochs
  const file = join(runFolder, 'run.json')
  const samplesFolder = join(runFolder, 'samples')
  mkdirSync(samplesFolder, { recursive: true })
  let step: number = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).step : 0
  const error = () => 1 / Math.max(1, step)
  const report = (isMeasured: boolean) => {
    const samples = join(samplesFolder, `step-${step}.png`)
    if (isMeasured) {
      writeFileSync(samples, `after ${step} steps`)
      writeFileSync(file, JSON.stringify({ step }))
    }
    const training = {
      step,
      steps,
      loss: step === 0 ? 0 : error(),
      learningRate: optimizer.learningRate,
      pixelsPerSecond: 1000,
      figures: isMeasured ? { 'validation loss': 2 * error(), MSE: error() } : null,
      samples: isMeasured ? samples : null,
    }
    const done = steps === 0 ? 1 : step / steps
    const progress = { done, label: 'Training', remainingMs: 5 * (steps - step), training }
    send({ type: 'progress', id, progress })
  }
  while (step < steps && !finishNow && !cancelled.has(id)) {
    await sleep(5)
    step++
    if (optimizer.learningRate > 0.5 && step === 15) {
      const retry = { learningRate: 0.1, step: 10 }
      throw new LimpidError('training-diverged', 'The loss became NaN at step 15.', { retry })
    }
    report(step % VALIDATED_EVERY === 0)
  }
  if (steps === 0) report(true)
  writeFileSync(file, JSON.stringify({ step }))
  const finished = step === steps
  const isWritten = finished || finishNow === true
  if (isWritten) {
    mkdirSync(modelFolder, { recursive: true })
    writeFileSync(join(modelFolder, 'weights.bin'), `after ${step} steps`)
  }
  const best = { step, score: -error(), figures: { MSE: error() } }
  return { finished, step, steps, best, seconds: step / 200, model: isWritten ? modelFolder : null }
}
