/** How well reconstruction errors tell one digit from the others: a model for each, trained on that digit alone. */
import path from 'node:path'
import { LimpidError } from '../../contract/errors.ts'
import type { AutoencoderRecipe } from '../../contract/zoo-recipe.ts'
import type { Context } from '../context.ts'
import { makeFolder } from '../prepare-file.ts'
import { withProgress } from '../progress.ts'
import { shippedRecipePath } from '../project.ts'
import { readRecipe } from '../recipe-file.ts'

const RECIPE = 'dense-autoencoder'
/** So few that another digit does not get through them. */
const CODE = 16
const EPOCHS = 30
/** Pictures a step; of the 5,421 to 6,742 training digits of a kind. */
const BATCH = 64
const VALIDATION = 300

export type DigitResult = { digit: number; auroc: number; count: number; seconds: number }

/**
 * Trains (or takes what an earlier call trained) and measures on all test digits, one model after the other. Models,
 * runs and a sheet of each digit's strangest pictures are kept in `folder`.
 */
export async function anomalyDigits(
  context: Context,
  data: string,
  folder: string,
): Promise<{ model: string; digits: DigitResult[]; mean: number }> {
  const base = await readRecipe(shippedRecipePath(RECIPE))
  if (base.task !== 'autoencode') throw new LimpidError('recipe-invalid', `${RECIPE} is no autoencoder.`)
  await makeFolder(path.join(folder, 'pictures'))
  const digits = await context.withEngine(
    { backend: context.backend, cancelGraceMs: CHECKPOINT_GRACE_MS },
    async (engine) => {
      const results: DigitResult[] = []
      for (let digit = 0; digit < 10; digit++) {
        const recipe = recipeFor(base, digit)
        const modelFolder = path.join(folder, 'models', recipe.id)
        const runFolder = path.join(folder, 'runs', recipe.id)
        const { signal, terminal } = context
        const trained = await withProgress(terminal.errorOutput, async (view) => {
          view.say(`Training on the digit ${digit}`)
          const onProgress = view.update.bind(view)
          return engine.run('train', { recipe, data, runFolder, modelFolder }, { signal, onProgress })
        })
        if (!trained.finished) {
          const hint = 'The same command goes on from there.'
          throw new LimpidError('cancelled', `Stopped at the digit ${digit}; a checkpoint is kept.`, { hint })
        }
        const source = {
          kind: 'mnist' as const,
          folder: path.resolve(data, recipe.data.folder),
          split: 'test' as const,
        }
        const sheet = path.join(folder, 'pictures', `${digit}.png`)
        const job = { folder: modelFolder, source, path: sheet, shown: 100, normal: [digit] }
        const { auroc, items } = await engine.run('rankAnomalies', job, { signal })
        if (auroc === null) {
          throw new LimpidError(
            'data-missing',
            `The test digits in ${source.folder} are all ${digit}, or none is.`,
            {
              file: source.folder,
              hint: 'Fetch the four files of MNIST anew.',
            },
          )
        }
        results.push({ digit, auroc, count: items.length, seconds: trained.seconds })
        terminal.note(`${digit}: AUROC ${auroc.toFixed(4)}`)
      }
      return results
    },
  )
  const mean = digits.reduce((sum, { auroc }) => sum + auroc / digits.length, 0)
  return { model: `${RECIPE}, a code of ${CODE} units, ${EPOCHS} epochs on one digit`, digits, mean }
}

function recipeFor(base: AutoencoderRecipe, digit: number): AutoencoderRecipe {
  if (base.data.kind !== 'mnist' || base.training.method !== 'gradient') {
    throw new LimpidError('recipe-invalid', `${base.id} is not trained on MNIST.`)
  }
  const { name, parameters } = base.architecture
  const { everySteps: _, ...training } = base.training
  return {
    ...base,
    id: `anomaly-digit-${digit}`,
    title: `Anomalies among pictures of ${digit}`,
    architecture: { name, parameters: { ...parameters, code: CODE } },
    data: { ...base.data, digits: [digit], validation: VALIDATION },
    training: { ...training, batch: BATCH, length: { epochs: EPOCHS }, everySteps: 500 },
  }
}

/** Writing a checkpoint takes longer than leaving a tile. */
const CHECKPOINT_GRACE_MS = 60_000
