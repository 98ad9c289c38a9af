import type { Recipe } from '../../contract/recipe.ts'
import { megaMacsPerPixel } from '../architectures/cost.ts'
import { architecture } from '../architectures/index.ts'
import { writeCard } from '../models/card.ts'
import { saveModel } from '../models/model-file.ts'
import { loadDataset } from '../training/dataset.ts'
import { totalSteps, train } from '../training/trainer.ts'
import type { JobHandler } from './job.ts'

/** Trains a recipe to its end, or until it is cancelled: then a checkpoint is kept and the next call goes on. */
export const trainRecipe: JobHandler<'train'> = async ({ recipe, data, runFolder, modelFolder }, context) => {
  await context.backend()
  const steps = totalSteps(recipe)
  await context.step(0, 'Reading the training pictures')
  const dataset = await loadDataset(data, recipe.data.train, recipe.data.validationPictures)
  let pending: Promise<void> = Promise.resolve()
  const { model, finished, step, best } = await train({
    recipe,
    dataset,
    runFolder,
    shouldStop: context.isCancelled,
    onProgress: ({ step, loss, learningRate, pixelsPerSecond, validation }) => {
      const training = { step, steps, loss, learningRate, pixelsPerSecond, psnr: validation?.psnr ?? null }
      pending = context.step(
        pixelsUntil(recipe, step) / pixelsUntil(recipe, steps),
        `Training ${recipe.id}`,
        training,
      )
    },
  })
  await pending
  if (finished) {
    const { name, parameters, sizeMultiple, receptiveFieldRadius } = architecture(
      recipe.architecture.name,
      recipe.architecture.parameters,
    )
    const manifest = await saveModel(modelFolder, model, {
      id: recipe.id,
      version: recipe.version,
      title: recipe.title,
      task: recipe.task,
      architecture: { name, parameters: parameters as Record<string, unknown> },
      megaMacsPerPixel: Number(megaMacsPerPixel(model).toFixed(4)),
      sizeMultiple,
      receptiveFieldRadius,
      recipe,
      provenance: recipe.data.provenance,
      licence: recipe.licence,
      parent: null,
      quality: [],
      created: new Date().toISOString().slice(0, 10),
    })
    await writeCard(modelFolder, manifest)
  }
  model.dispose()
  return { finished, step, steps, best, model: finished ? modelFolder : null }
}

/** Pixels trained on in the first `step` steps: the measure of the work, where stages differ in patch and batch. */
function pixelsUntil({ stages }: Pick<Recipe, 'stages'>, step: number): number {
  let left = step
  let pixels = 0
  for (const stage of stages) {
    const steps = Math.min(left, stage.steps)
    pixels += steps * stage.batch * stage.patch ** 2
    left -= steps
  }
  return pixels
}
