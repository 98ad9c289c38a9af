/**
 * Training that computes nothing, for the fake engine. It takes as many steps as the recipe says, 5 ms each, validates
 * every tenth, keeps a checkpoint in `run.json`, stops in order, and goes on from there. A learning rate above 0.5
 * makes the loss no number at step 15. A folder named `empty` has a problem.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { EngineInput, EngineOutput, FromEngine } from '../../contract/engine-protocol.ts'
import { LimpidError } from '../../contract/errors.ts'

const VALIDATED_EVERY = 10

export async function train(
  id: string,
  { recipe, runFolder, modelFolder, finishNow }: EngineInput<'train'>,
  cancelled: ReadonlySet<string>,
  send: (message: FromEngine) => void,
): Promise<EngineOutput<'train'>> {
  if (recipe.task !== 'autoencode' || recipe.training.method !== 'gradient') throw new Error(recipe.task)
  const { length, optimizer } = recipe.training
  const steps = 'steps' in length ? length.steps : 10 * length.epochs
  const file = join(runFolder, 'run.json')
  const samplesFolder = join(runFolder, 'samples')
  mkdirSync(samplesFolder, { recursive: true })
  let step: number = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).step : 0
  while (step < steps && !finishNow && !cancelled.has(id)) {
    await sleep(5)
    step++
    if (optimizer.learningRate > 0.5 && step === 15) {
      const retry = { learningRate: 0.1, step: 10 }
      throw new LimpidError('training-diverged', 'The loss became NaN at step 15.', { retry })
    }
    const isMeasured = step % VALIDATED_EVERY === 0
    const samples = join(samplesFolder, `step-${step}.png`)
    if (isMeasured) {
      writeFileSync(samples, `after ${step} steps`)
      writeFileSync(file, JSON.stringify({ step }))
    }
    const training = {
      step,
      steps,
      loss: 1 / step,
      learningRate: optimizer.learningRate,
      pixelsPerSecond: 1000,
      figures: isMeasured ? { 'validation loss': 2 / step, MSE: 1 / step } : null,
      samples: isMeasured ? samples : null,
    }
    const progress = { done: step / steps, label: 'Training', remainingMs: 5 * (steps - step), training }
    send({ type: 'progress', id, progress })
  }
  writeFileSync(file, JSON.stringify({ step }))
  const finished = step === steps
  const isWritten = finished || finishNow === true
  if (isWritten) {
    mkdirSync(modelFolder, { recursive: true })
    writeFileSync(join(modelFolder, 'weights.bin'), `after ${step} steps`)
  }
  const best = { step, score: -1 / step, figures: { MSE: 1 / step } }
  return { finished, step, steps, best, seconds: step / 200, model: isWritten ? modelFolder : null }
}
