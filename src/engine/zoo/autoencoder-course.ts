/** An autoencoder's recipe, for the training loop. */
import path from 'node:path'
import type { GradientTraining } from '../../contract/recipe-parts.ts'
import type { AutoencoderRecipe } from '../../contract/zoo-recipe.ts'
import type { OnRead } from '../imaging/on-read.ts'
import { fingerprint } from '../training/fingerprint.ts'
import type { Course, Schedule } from '../training/learner.ts'
import { Autoencoder } from './autoencoder.ts'
import { type AutoencoderBatch, makeBatch, tensorsOf } from './autoencoder-batch.ts'
import { forward, requireFit } from './autoencoder-loss.ts'
import { loadExamples } from './examples.ts'
import { fitPrincipalComponents } from './fit-pca.ts'
import { measure } from './measure.ts'
import { networkOf } from './network-of.ts'
import { batchOrder, stepsPerEpoch } from './order.ts'
import { type Examples, sizeOf } from './pictures.ts'
import { writeReconstructions } from './reconstruction-samples.ts'
import { saveAutoencoder } from './save-autoencoder.ts'

/** `step` is called now and then while components are computed, with what is being done; it may throw to cancel. */
export async function autoencoderCourse(
  recipe: AutoencoderRecipe,
  dataFolder: string,
  onRead?: OnRead,
  step?: (label: string) => Promise<void>,
): Promise<Course<AutoencoderBatch>> {
  const examples = await loadExamples(recipe.data, dataFolder, onRead)
  const autoencoder = new Autoencoder(networkOf(recipe).build(recipe.seed))
  try {
    requireFit(autoencoder, recipe.loss)
    if (recipe.training.method === 'pca') await fitPrincipalComponents(autoencoder, examples.train, step)
  } catch (thrown) {
    autoencoder.dispose()
    throw thrown
  }
  return courseOf(recipe, autoencoder, examples)
}

function courseOf(
  recipe: AutoencoderRecipe,
  autoencoder: Autoencoder,
  examples: Examples,
): Course<AutoencoderBatch> {
  const { training } = recipe
  return {
    learner: {
      model: autoencoder.model,
      data: fingerprint(examples.train.names, examples.validation.names),
      batches: (first) => batchesFrom(first, recipe, examples, autoencoder.codeSize),
      loss: (batch) => forward(autoencoder, tensorsOf(batch), recipe.loss, true).loss,
      pixels: ({ count, shape }) => (count * sizeOf(shape)) / shape[2],
      async validate() {
        const { figures, loss } = await measure(autoencoder, recipe, examples.validation)
        return { figures: { 'validation loss': loss, ...figures }, score: -loss }
      },
      samples: (folder, step) =>
        writeReconstructions(
          path.join(folder, `step-${String(step).padStart(6, '0')}.png`),
          autoencoder,
          recipe,
          examples.validation,
        ),
      dispose: () => autoencoder.dispose(),
    },
    schedule: training.method === 'pca' ? computed(recipe.seed) : scheduleOf(training, recipe.seed, examples),
    save: (modelFolder) => saveAutoencoder(modelFolder, autoencoder, recipe),
  }
}

function* batchesFrom(
  first: number,
  recipe: AutoencoderRecipe,
  { train }: Examples,
  codeSize: number,
): Generator<AutoencoderBatch> {
  if (recipe.training.method === 'pca') return
  const order = batchOrder(train.count, recipe.training.batch, recipe.seed)
  for (let step = first; ; step++) yield makeBatch(recipe, train, order(step), codeSize, recipe.seed, step, 1)
}

function scheduleOf(
  { batch, length, everySteps, optimizer }: GradientTraining,
  seed: number,
  { train }: Examples,
): Schedule {
  const epoch = stepsPerEpoch(train.count, batch)
  const steps = 'steps' in length ? length.steps : length.epochs * epoch
  return { steps, optimizer, everySteps: everySteps ?? epoch, seed }
}

/** Nothing is left to learn; the run is a checkpoint and its figures. */
function computed(seed: number): Schedule {
  const optimizer = { kind: 'adam', learningRate: 1e-3, warmupSteps: 0, clipNorm: 1 } as const
  return { steps: 0, optimizer, everySteps: 1, seed }
}
