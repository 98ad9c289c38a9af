/** The training loop: patches in, weights out, with validation, checkpoints and resume. */
import { LimpidError } from '../../contract/errors.ts'
import type { Recipe } from '../../contract/recipe.ts'
import { architecture } from '../architectures/index.ts'
import { tf } from '../tf.ts'
import { FlatAdam } from './adam.ts'
import { type HistoryEntry, readRun, restoreBest, restoreCheckpoint, saveCheckpoint } from './checkpoint.ts'
import type { Dataset } from './dataset.ts'
import { feedPatches } from './patch-feeder.ts'
import type { Batch } from './patches.ts'
import { validate } from './validation.ts'

export type TrainingProgress = {
  step: number
  steps: number
  /** Mean loss since the last report. */
  loss: number
  pixelsPerSecond: number
  learningRate: number
  /** Set when this report comes with a validation. */
  validation?: HistoryEntry
}

export type TrainingOptions = {
  recipe: Recipe
  dataset: Dataset
  /** Where checkpoints go; a run that is there is resumed. */
  runFolder: string
  /** Stop (with a checkpoint) when this returns true; asked before every step. */
  shouldStop?: () => boolean
  onProgress?: (progress: TrainingProgress) => void
}

export type TrainingResult = {
  model: tf.LayersModel
  finished: boolean
  step: number
  best: { step: number; psnr: number } | null
}

/** Trains the recipe's network, from its checkpoint where there is one. Ends with the best weights in the model. */
export async function train({
  recipe,
  dataset,
  runFolder,
  shouldStop,
  onProgress,
}: TrainingOptions): Promise<TrainingResult> {
  const model = architecture(recipe.architecture.name, recipe.architecture.parameters).build(recipe.seed)
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable)
  const adam = new FlatAdam(variables)
  const steps = totalSteps(recipe)

  const earlier = await readRun(runFolder)
  if (earlier) {
    requireSameNetwork(earlier.recipe, recipe, runFolder)
    await restoreCheckpoint(runFolder, earlier, model, adam)
  }
  let step = earlier?.step ?? 0
  let best = earlier?.best ?? null
  const history = [...(earlier?.history ?? [])]
  const secondsBefore = earlier?.seconds ?? 0
  const start = performance.now()
  const seconds = () => secondsBefore + (performance.now() - start) / 1000

  const checkpoint = async (loss: number) => {
    const psnr = await validate(model, dataset.validation, recipe)
    const entry: HistoryEntry = { step, loss, learningRate: learningRate(recipe, step), psnr }
    history.push(entry)
    const mean = psnr.reduce((sum, value) => sum + value, 0) / psnr.length
    const isBest = best === null || mean > best.psnr
    if (isBest) best = { step, psnr: mean }
    const run = { recipe, step, seconds: seconds(), backend: tf.getBackend(), best, history }
    await saveCheckpoint(runFolder, run, model, adam, isBest)
    return entry
  }

  let stopped = false
  const recent = new Meter() // since the last report, which the clock decides
  const sinceCheckpoint = new Meter() // what the history keeps: a matter of steps alone
  for await (const batch of feedPatches(recipe, dataset.train, step)) {
    if (shouldStop?.()) {
      stopped = true
      break
    }
    const rate = learningRate(recipe, step)
    const loss = await trainingStep(model, variables, adam, batch, recipe, rate)
    if (!Number.isFinite(loss)) {
      throw new LimpidError('training-diverged', `The loss became ${loss} at step ${step}.`, {
        hint: `The last good checkpoint is in ${runFolder}. Resume it with a lower learning rate.`,
      })
    }
    step++
    recent.add(loss, batch.batch * batch.patch ** 2)
    sinceCheckpoint.add(loss, batch.batch * batch.patch ** 2)
    const isCheckpoint = step % recipe.validation.everySteps === 0 || step === steps
    if (isCheckpoint || recent.seconds() > 2) {
      const report = {
        step,
        steps,
        learningRate: rate,
        loss: recent.loss(),
        pixelsPerSecond: recent.pixelsPerSecond(),
      }
      const validation = isCheckpoint ? await checkpoint(sinceCheckpoint.loss()) : undefined
      onProgress?.({ ...report, ...(validation && { validation }) })
      recent.reset()
      if (isCheckpoint) sinceCheckpoint.reset()
    }
  }
  if (stopped) await checkpoint(sinceCheckpoint.loss())
  adam.dispose()
  if (best) await restoreBest(runFolder, model)
  return { model, finished: step >= steps, step, best }
}

export function totalSteps(recipe: Pick<Recipe, 'stages'>): number {
  return recipe.stages.reduce((sum, stage) => sum + stage.steps, 0)
}

/** Linear warm-up, then cosine decay to 0 (Loshchilov & Hutter 2017). */
export function learningRate(recipe: Pick<Recipe, 'stages' | 'optimizer'>, step: number): number {
  const { learningRate: peak, warmupSteps } = recipe.optimizer
  if (step < warmupSteps) return (peak * (step + 1)) / warmupSteps
  const done = (step - warmupSteps) / Math.max(1, totalSteps(recipe) - warmupSteps)
  return 0.5 * peak * (1 + Math.cos(Math.PI * Math.min(1, done)))
}

/** One step on one batch; returns the loss. Exported for the benchmark. */
export async function trainingStep(
  model: tf.LayersModel,
  variables: tf.Variable[],
  adam: FlatAdam,
  { input, target, batch, patch }: Batch,
  recipe: Pick<Recipe, 'loss' | 'optimizer'>,
  rate: number,
): Promise<number> {
  const shape: [number, number, number, number] = [batch, patch, patch, 3]
  const [value, gradients] = tf.tidy(() => {
    const x = tf.tensor4d(input, shape)
    const y = tf.tensor4d(target, shape)
    const { value, grads } = tf.variableGrads(() => {
      const difference = tf.sub(model.apply(x, { training: true }) as tf.Tensor4D, y)
      return (recipe.loss === 'l1' ? difference.abs() : difference.square()).mean().asScalar()
    }, variables)
    return [value, grads]
  })
  adam.apply(gradients, rate, recipe.optimizer.clipNorm)
  const [loss] = await value.data()
  tf.dispose([value, gradients])
  return loss
}

function requireSameNetwork(earlier: Recipe, recipe: Recipe, runFolder: string): void {
  const network = (of: Recipe) => JSON.stringify([of.id, of.architecture, of.seed])
  if (network(earlier) === network(recipe)) return
  throw new LimpidError('recipe-invalid', `${runFolder} holds a run of another network or seed.`, {
    file: runFolder,
    hint: 'Name another folder with --run, or remove that one.',
  })
}

/** Loss and speed since the last report. */
class Meter {
  #loss = 0
  #steps = 0
  #pixels = 0
  #since = performance.now()

  add(loss: number, pixels: number): void {
    this.#loss += loss
    this.#steps++
    this.#pixels += pixels
  }
  loss = () => this.#loss / Math.max(1, this.#steps)
  seconds = () => (performance.now() - this.#since) / 1000
  pixelsPerSecond = () => this.#pixels / this.seconds()
  reset(): void {
    this.#loss = this.#steps = this.#pixels = 0
    this.#since = performance.now()
  }
}
