/** The training loop: batches in, weights out, with validation, checkpoints and resume. */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { LimpidError } from '../../contract/errors.ts'
import type { Recipe } from '../../contract/recipe.ts'
import { type Best, SAMPLES_FOLDER, type TrainingProgress } from '../../contract/training.ts'
import { tf } from '../tf.ts'
import { FlatAdam } from './adam.ts'
import {
  readRun,
  restoreBest,
  restoreCheckpoint,
  saveCheckpoint,
  type Trained,
  weightsOf,
} from './checkpoint.ts'
import { seedDropout } from './dropout.ts'
import { WeightAverage } from './ema.ts'
import type { Learner, Schedule } from './learner.ts'
import { learningRate } from './learning-rate.ts'
import { Meter } from './meter.ts'
import { Muon } from './muon.ts'
import type { Optimizer } from './optimizer.ts'
import { isSameData, requireSameData, requireSameRecipe } from './same-run.ts'

export type TrainingOptions<B> = {
  /** Kept in the run's folder; a run is not resumed where more than its length and its optimizer has changed. */
  recipe: Recipe
  learner: Learner<B>
  schedule: Schedule
  /** Where checkpoints go; a run that is there is resumed. */
  runFolder: string
  /**
   * Takes no step: what the run has come to is measured, and may be its best. Where its pictures have changed it can't
   * be: the best so far stays, and without one that is refused.
   */
  finish?: boolean
  /** Stop (with a checkpoint) when this returns true; asked before every step. */
  shouldStop?: () => boolean
  onProgress?: (progress: TrainingProgress) => void
}

export type TrainingResult = {
  finished: boolean
  step: number
  /** Null where it was stopped before it was measured. */
  best: Best | null
  /** What it started from, as it was measured; absent where that is random weights. */
  start?: Best
  /** Of the whole run. */
  seconds: number
}

/**
 * Trains the learner's network, from its checkpoint where there is one. Ends with the best weights in the model: those
 * that it started from, where it started from a trained model and never got better. Which they are does not depend on
 * where it was stopped: a stop keeps the state and measures nothing.
 */
export async function train<B>(options: TrainingOptions<B>): Promise<TrainingResult> {
  const { recipe, learner, schedule, runFolder, finish = false, shouldStop, onProgress } = options
  const { steps, optimizer: spec, cycles = [{ steps, share: 1 }] } = schedule
  const { model } = learner
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable)
  const optimizer = spec.kind === 'muon' ? new Muon(variables) : new FlatAdam(variables)
  const average = spec.ema === undefined ? null : new WeightAverage(variables, spec.ema)
  const trained: Trained = { model, optimizer, average }
  const dropout = seedDropout(model, schedule.seed)

  const earlier = await readRun(runFolder)
  if (earlier) {
    requireSameRecipe(earlier.recipe, recipe, runFolder)
    if (!finish || earlier.best === null) requireSameData(earlier.data, learner.data, runFolder)
    await restoreCheckpoint(runFolder, earlier, trained)
  }
  let step = earlier?.step ?? 0
  let saved = earlier?.step ?? null
  let best = earlier?.best ?? null
  let start = earlier?.start
  const history = [...(earlier?.history ?? [])]
  const secondsBefore = earlier?.seconds ?? 0
  const startedAt = performance.now()
  const seconds = () => secondsBefore + (performance.now() - startedAt) / 1000
  const sinceCheckpoint = new Meter(earlier?.lossSince) // what the history keeps: a matter of steps alone

  const measure = async () => {
    const validate = async () => {
      const { figures, score } = await learner.validate()
      if (![score, ...Object.values(figures)].every(Number.isFinite)) throw diverged('validation')
      const isBest = best === null || score > best.score
      if (isBest) best = { step, score, figures }
      return { figures, weights: isBest ? await weightsOf(model) : null, samples: await samples() }
    }
    return average ? average.during(validate) : validate()
  }
  const save = async (weights: Float32Array | null = null) => {
    const { data = learner.data, parent = learner.parent } = earlier ?? {}
    const about = { recipe, data, parent, step, seconds: seconds(), backend: tf.getBackend() }
    const measured = { best, start, history, lossSince: sinceCheckpoint.lossSum() }
    await saveCheckpoint(runFolder, { ...about, ...measured }, trained, weights)
    saved = step
  }
  const checkpoint = async () => {
    const { figures, weights, samples } = await measure()
    const { loss } = sinceCheckpoint.read()
    history.push({ step, loss, learningRate: learningRate(spec, cycles, step), figures })
    sinceCheckpoint.reset()
    await save(weights)
    return { figures, samples }
  }
  const samples = async () => {
    if (!learner.samples) return null
    const folder = path.join(runFolder, SAMPLES_FOLDER)
    await mkdir(folder, { recursive: true })
    return learner.samples(folder, step)
  }
  const standing = () => ({ step, steps, learningRate: learningRate(spec, cycles, step), pixelsPerSecond: 0 })
  const diverged = (what: 'loss' | 'validation', value?: number) =>
    divergence(`The ${what} became ${value ?? 'no number'} at step ${step}.`, spec.learningRate, {
      step: saved,
      runFolder,
    })

  let stopped = false
  const recent = new Meter() // since the last report, which the clock decides
  try {
    if (learner.parent !== undefined && earlier === null) {
      const { weights } = await measure()
      start = best ?? undefined
      await save(weights)
    }
    if (step < steps && !finish) {
      for await (const batch of learner.batches(step)) {
        await nextTurn() // lets a cancel in
        if (shouldStop?.()) {
          stopped = true
          break
        }
        const rate = learningRate(spec, cycles, step)
        dropout.before(step)
        const loss = await trainingStep(learner, optimizer, batch, rate, spec.clipNorm)
        if (!Number.isFinite(loss)) throw diverged('loss', loss)
        step++
        average?.update(step)
        const pixels = learner.pixels(batch)
        recent.add(loss, pixels)
        sinceCheckpoint.add(loss, pixels)
        const isCheckpoint = step % schedule.everySteps === 0 || step === steps
        if (isCheckpoint || recent.seconds() > 2) {
          const report = { step, steps, learningRate: rate, ...recent.read() }
          const validation = isCheckpoint ? await checkpoint() : NO_VALIDATION
          onProgress?.({ ...report, ...validation })
          recent.reset()
        }
        if (step >= steps) break
      }
    }
    if (stopped) {
      if (step > 0 && saved !== step) await save()
    } else if (best === null && !finish) {
      const validation = await checkpoint() // a run of no steps: its weights were computed, not learned
      onProgress?.({ ...standing(), loss: 0, ...validation })
    } else if (finish && history.at(-1)?.step !== step && isSameData(earlier?.data, learner.data)) {
      const { weights, ...validation } = await measure()
      await save(weights)
      onProgress?.({ ...standing(), loss: sinceCheckpoint.read().loss, ...validation })
    }
    if (best) await restoreBest(runFolder, model)
    return { finished: step >= steps, step, best, start, seconds: seconds() }
  } finally {
    dropout.end()
    optimizer.dispose()
    average?.dispose()
  }
}

const NO_VALIDATION = { figures: null, samples: null }

/** One step on one batch; returns the loss. Exported for the benchmark. */
export async function trainingStep<B>(
  { loss }: Pick<Learner<B>, 'loss'>,
  optimizer: Optimizer,
  batch: B,
  rate: number,
  clipNorm: number,
): Promise<number> {
  const [value, gradients] = tf.tidy(() => {
    const { value, grads } = tf.variableGrads(() => loss(batch), optimizer.variables)
    return [value, grads]
  })
  optimizer.apply(gradients, rate, clipNorm)
  const [number] = await value.data()
  tf.dispose([value, gradients])
  return number
}

function divergence(
  message: string,
  rate: number,
  { step, runFolder }: { step: number | null; runFolder: string },
): LimpidError {
  const lower = Number((rate / 3).toPrecision(2))
  const from =
    step === null
      ? 'There is no checkpoint yet: start again'
      : `The checkpoint of step ${step} in ${runFolder} is good: go on from it`
  return new LimpidError('training-diverged', message, {
    file: runFolder,
    hint: `${from} with a lower learning rate, ${lower} say.`,
    retry: { learningRate: lower, step: step ?? 0 },
  })
}
