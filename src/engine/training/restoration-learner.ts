/** Restoration, for the training loop: patches that were made worse in, clean ones out. */
import path from 'node:path'
import { LimpidError } from '../../contract/errors.ts'
import type { RestorationRecipe } from '../../contract/restoration-recipe.ts'
import { architecture } from '../architectures/index.ts'
import { writeCard } from '../models/card.ts'
import { loadModel, saveModel } from '../models/model-file.ts'
import { networkManifest, recipeManifest } from '../models/recipe-manifest.ts'
import { tf } from '../tf.ts'
import { type Batch, channelsOfTask } from './batch.ts'
import type { Dataset, TrainingPicture } from './dataset.ts'
import { withoutDeadUnits } from './dead-units.ts'
import { fingerprint } from './fingerprint.ts'
import type { Course } from './learner.ts'
import { cyclesOf } from './learning-rate.ts'
import { feedPatches } from './patch-feeder.ts'
import { validate } from './validation.ts'
import { validationSettings } from './validation-pairs.ts'
import { takeOver } from './warm-start.ts'

/**
 * `begunFrom`: the id of the model that a run which goes on started from; it is not needed again. `init`: the folder of
 * the model to start from, where the recipe names it otherwise. Throws `recipe-invalid` where the recipe's network or
 * patches do not fit its task.
 */
export async function restorationCourse(
  recipe: RestorationRecipe,
  dataset: Dataset,
  { begunFrom, init = recipe.init }: { begunFrom?: string; init?: string } = {},
): Promise<Course<Batch>> {
  const network = architecture(recipe.architecture.name, recipe.architecture.parameters)
  const model = network.build(recipe.seed)
  const channels = channelsOfTask(recipe.task)
  requireFit(recipe, model, network.sizeMultiple)
  const parent = init === undefined ? undefined : (begunFrom ?? (await startFrom(model, path.resolve(init))))
  return {
    learner: {
      model,
      parent,
      data: fingerprint(dataset.train.map(nameAndSize), dataset.validation.map(nameAndSize)),
      batches: (first) => feedPatches(recipe, dataset.train, first),
      loss: (batch) => restorationLoss(model, batch, recipe.loss),
      pixels: ({ batch, patch }) => batch * patch ** 2,
      async validate() {
        const psnr = await validate(model, dataset.validation, recipe)
        const named = validationSettings(recipe).map(({ name }, i) => [`PSNR at ${name} (dB)`, psnr[i]])
        return { figures: Object.fromEntries(named), score: psnr.reduce((a, b) => a + b, 0) / psnr.length }
      },
      work: (step) => pixelsUntil(recipe, step),
    },
    schedule: {
      steps: recipe.stages.reduce((sum, stage) => sum + stage.steps, 0),
      optimizer: recipe.optimizer,
      cycles: cyclesOf(recipe.stages),
      everySteps: recipe.validation.everySteps,
      seed: recipe.seed,
    },
    async save(modelFolder, step) {
      const trims = recipe.removeDeadUnits && dataset.train.length > 0 // nothing is trained where there are no pictures
      const finished = trims
        ? await withoutDeadUnits(model, network, examples(recipe, dataset.train, step))
        : { model, network }
      const manifest = await saveModel(modelFolder, finished.model, {
        ...recipeManifest(recipe, parent ?? null),
        ...networkManifest(finished.network, finished.model),
        scale: recipe.scale,
        ...(!(channels.input === 3 && channels.output === 3) && { channels }),
      })
      if (finished.model !== model) finished.model.dispose()
      await writeCard(modelFolder, manifest)
    },
  }
}

const nameAndSize = ({ name, width, height }: TrainingPicture) => `${name} ${width} × ${height}`

/** Disposes of the network where it throws. */
function requireFit(
  { id, task, stages, architecture }: RestorationRecipe,
  model: tf.LayersModel,
  multiple: number,
): void {
  const wanted = channelsOfTask(task)
  const [input, output] = [model.inputs[0], model.outputs[0]].map(({ shape }) => shape[3])
  const patch = stages.find((stage) => stage.patch % multiple !== 0)?.patch
  const problem =
    input !== wanted.input || output !== wanted.output
      ? `The network of ${id} goes from ${input} channels to ${output}; ${task} goes from ${wanted.input} to ${wanted.output}.`
      : patch !== undefined
        ? `The network of ${id} takes patches that are multiples of ${multiple} px, not ${patch}.`
        : null
  if (problem === null) return
  model.dispose()
  throw new LimpidError('recipe-invalid', problem, {
    hint: `Correct the recipe: its stages, or the parameters of ${architecture.name}.`,
  })
}

/** Pixels by which a unit is called dead. */
const EXAMPLE_PIXELS = 3e7

/** The recipe's first training batches, `step` told before each. Exported for models that were trained elsewhere. */
export async function* examples(
  recipe: RestorationRecipe,
  pictures: TrainingPicture[],
  step?: (label: string) => Promise<void>,
): AsyncGenerator<Batch> {
  let pixels = 0
  for await (const batch of feedPatches(recipe, pictures, 0)) {
    await step?.('Looking for units that do nothing')
    yield batch
    pixels += batch.batch * batch.patch ** 2
    if (pixels >= EXAMPLE_PIXELS) return
  }
}

/** Gives the network what the model in `folder` learned; returns that model's id. Where that fails, the network is gone. */
async function startFrom(network: tf.LayersModel, folder: string): Promise<string> {
  const { model, manifest } = await loadModel(folder).catch((thrown) => {
    network.dispose()
    throw thrown
  })
  try {
    const homeless = takeOver(network, model)
    if (homeless.length === 0) return manifest.id
    network.dispose()
    throw new LimpidError(
      'recipe-invalid',
      `The model in ${folder} does not fit into the recipe's network: its layer ${homeless[0]} has no place there.`,
      {
        file: folder,
        hint: 'Name one of the same architecture, no larger in anything, as init, or take init out.',
      },
    )
  } finally {
    model.dispose()
  }
}

/**
 * Mean over all numbers of the patches; where a mask says what is lost (inpaint), over those of the lost pixels: nothing
 * else of what the network gives is ever used. Exported for the benchmark.
 */
export function restorationLoss(
  model: tf.LayersModel,
  { input, target, batch, patch, inputChannels, targetChannels }: Batch,
  kind: RestorationRecipe['loss'],
): tf.Scalar {
  const x = tf.tensor4d(input, [batch, patch, patch, inputChannels])
  const y = tf.tensor4d(target, [batch, patch, patch, targetChannels])
  const difference = tf.sub(model.apply(x, { training: true }) as tf.Tensor4D, y)
  const error = penalty(difference, kind)
  if (inputChannels !== targetChannels + 1) return error.mean().asScalar()
  const mask = x.slice([0, 0, 0, targetChannels], [-1, -1, -1, 1])
  const lost = mask.sum().mul(targetChannels).maximum(1)
  return error.mul(mask).sum().div(lost).asScalar()
}

function penalty(difference: tf.Tensor, kind: RestorationRecipe['loss']): tf.Tensor {
  switch (kind) {
    case 'l1':
      return difference.abs()
    case 'l2':
      return difference.square()
    case 'charbonnier': // |x|, rounded off at 0 (Charbonnier et al. 1994)
      return difference
        .square()
        .add(CHARBONNIER ** 2)
        .sqrt()
  }
}

/** Where the Charbonnier loss turns from a square to an absolute value, 0..1. */
const CHARBONNIER = 1e-3

/** Pixels trained on in the first `step` steps: the measure of the work, where stages differ in patch and batch. */
function pixelsUntil({ stages }: Pick<RestorationRecipe, 'stages'>, step: number): number {
  let left = step
  let pixels = 0
  for (const stage of stages) {
    const steps = Math.min(left, stage.steps)
    pixels += steps * stage.batch * stage.patch ** 2
    left -= steps
  }
  return pixels
}
