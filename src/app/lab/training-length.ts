import type { LabSettings } from '../../contract/lab-run.ts'
import type { GradientTraining } from '../../contract/recipe-parts.ts'

/**
 * Steps of an autoencoder, at least. Of 100 photos of 64 × 64 px a dense one learned all that it would in 300; one of
 * convolutions takes 600 within minutes.
 */
const LEAST_STEPS = 600
/** Validations that make a curve. */
const POINTS = 10
/** Where every epoch has one and is a few steps: so many. */
const MOST_POINTS = 25

type Pictures = {
  /** To learn from, those to validate on aside. */
  learned: number
  /** Steps that look at as many pixels as one validation does. */
  validationSteps: number
}

/**
 * A recipe's training for so many pictures, with what was asked for by hand. Recipes of autoencoders are made for 60 000
 * digits: 25 epochs of 100 pictures would be 25 steps, all of them warm-up. So a batch has no more pictures than there
 * are, and epochs become more until they are `LEAST_STEPS`; recipes that count steps (of masks and labels, whose parts
 * and variations are many) have those. For all, the warm-up is a tenth of the steps at most, and validations are `POINTS`
 * at least, if that doesn't take longer than the training. On large sets it is the recipe's own.
 */
export function trainingFor(
  recipe: GradientTraining,
  { learned, validationSteps }: Pictures,
  { epochs, steps, batch: size }: LabSettings,
): GradientTraining {
  const { length: own } = recipe
  const inEpochs = 'epochs' in own
  const batch = size ?? (inEpochs ? Math.min(recipe.batch, learned) : recipe.batch)
  const epoch = Math.max(1, Math.floor(learned / batch))
  const asked = steps !== undefined ? { steps } : epochs !== undefined ? { epochs } : null
  const length = asked ?? (inEpochs ? longEnough(own.epochs, epoch) : own)
  const all = 'steps' in length ? length.steps : length.epochs * epoch
  const usual = recipe.everySteps ?? Math.max(epoch, Math.floor(all / MOST_POINTS))
  const often = Math.max(1, Math.floor(all / POINTS), asked ? 0 : validationSteps)
  const warmupSteps = Math.min(recipe.optimizer.warmupSteps, Math.floor(all / 10))
  const optimizer = { ...recipe.optimizer, warmupSteps }
  return { ...recipe, batch, length, everySteps: Math.min(usual, often), optimizer }
}

const longEnough = (epochs: number, epoch: number) => ({
  epochs: Math.max(epochs, Math.ceil(LEAST_STEPS / epoch)),
})
