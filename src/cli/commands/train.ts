/** `limpid train RECIPE`: trains a model, or goes on where an earlier call stopped. */
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { Command } from 'commander'
import type { Progress } from '../../contract/engine-protocol.ts'
import { LimpidError } from '../../contract/errors.ts'
import type { Recipe } from '../../contract/recipe.ts'
import type { Best, Figures } from '../../contract/training.ts'
import type { Context, Engine, Perform } from '../context.ts'
import { type Training, trainingsOf } from '../initial-model.ts'
import { learningRate } from '../options.ts'
import { type ProgressView, withProgress } from '../progress.ts'
import { dataFolder, recipePath } from '../project.ts'
import { readRecipe } from '../recipe-file.ts'

export type TrainOptions = {
  data?: string
  run?: string
  out?: string
  learningRate?: number
  finish?: boolean
}

export function trainCommand(perform: Perform): Command {
  return new Command('train')
    .description('train a model from a recipe; goes on where an earlier call stopped')
    .argument('<recipe>', 'recipe file, or the id of a recipe that comes with Limpid')
    .option(
      '--data <folder>',
      'folder of the data sets (default: LIMPID_DATA, else ../shared/data of the project)',
    )
    .option(
      '--run <folder>',
      'folder of the checkpoints (default: in the data home, by the id of the recipe)',
    )
    .option('--out <folder>', 'folder that the model is written into (default: in the data home, by its id)')
    .option('--learning-rate <rate>', "instead of the recipe's, from where the run stands", learningRate)
    .option('--finish', 'train no further: make the model of the best weights so far')
    .addHelpText(
      'after',
      `
Examples:
  limpid train recipes/denoise-fast.json
  limpid train my-camera.json --data ~/photos/clean --out models/my-camera

Ctrl-C stops and keeps a checkpoint; the same command goes on from there. Where a recipe's
init names another recipe, that is trained first.`,
    )
    .action((recipe: string, options: TrainOptions, command: Command) =>
      perform(command, (context) => train(context, recipe, options)),
    )
}

export async function train(context: Context, recipeName: string, options: TrainOptions): Promise<boolean> {
  const { terminal, signal, cwd, env, home, backend } = context
  const file = recipePath(recipeName, cwd)
  const recipe = withLearningRate(await readRecipe(file), options.learningRate)
  const data = dataFolder(options.data, cwd, env)
  await requireData(data, options.data !== undefined)
  const runFolder = options.run ? path.resolve(cwd, options.run) : path.join(home, 'runs', recipe.id)
  const modelFolder = options.out ? path.resolve(cwd, options.out) : path.join(home, 'models', recipe.id)
  const { before, own } = await trainingsOf({ recipe, runFolder, modelFolder }, file, cwd)

  terminal.note(`Training ${recipe.id} on ${data}; checkpoints in ${runFolder}.`)
  const trainOne = (engine: Engine, view: ProgressView, training: Training) => {
    const onProgress = (progress: Progress) => {
      const label = describe(progress)
      view.update({ ...progress, label })
      const figures = progress.training?.figures
      if (figures) view.say(`${label}; ${listed(figures)}`)
    }
    return engine.run('train', { ...training, data, finishNow: options.finish }, { signal, onProgress })
  }
  const trainAll = async (engine: Engine, view: ProgressView) => {
    // One that was finished early would pass for what its recipe makes.
    for (const first of options.finish ? [] : before) {
      view.say(`First ${first.recipe.id} ${first.recipe.version}, which the next starts from.`)
      await trainOne(engine, view, first) // after Ctrl-C the engine takes no other
    }
    return trainOne(engine, view, own)
  }
  const wish = { backend, cancelGraceMs: CHECKPOINT_GRACE_MS }
  const run = context.withEngine(wish, (engine) =>
    withProgress(terminal.errorOutput, (view) => trainAll(engine, view)),
  )
  const { finished, step, steps, best, start, model } = await run.catch((thrown) => {
    throw signal.aborted ? stopped('Stopped.') : thrown
  })

  const summary = { recipe: recipe.id, finished, step, steps, best, start, model, runFolder }
  if (!finished && model === null) {
    const error = terminal.error(stopped(`Stopped after step ${step} of ${steps}; a checkpoint is kept.`))
    terminal.result({ ok: false, ...summary, errors: [error] })
    return false
  }
  if (best) terminal.note(verdict(best, start))
  terminal.print(modelFolder)
  terminal.result({ ok: true, ...summary })
  return true
}

/** Exported for its test. */
export function withLearningRate(recipe: Recipe, rate: number | undefined): Recipe {
  if (rate === undefined) return recipe
  if ('optimizer' in recipe) return { ...recipe, optimizer: { ...recipe.optimizer, learningRate: rate } }
  const { training } = recipe
  if (training.method !== 'gradient') {
    throw new LimpidError('bad-request', `${recipe.id} is computed, not learned: it has no learning rate.`)
  }
  const optimizer = { ...training.optimizer, learningRate: rate }
  return { ...recipe, training: { ...training, optimizer } } as Recipe
}

/** Writing a checkpoint takes longer than leaving a tile. */
const CHECKPOINT_GRACE_MS = 60_000

function stopped(message: string): LimpidError {
  return new LimpidError('cancelled', message, { hint: 'The same command goes on from the last checkpoint.' })
}

async function requireData(folder: string, asked: boolean): Promise<void> {
  const info = await stat(folder).catch(() => null)
  if (info?.isDirectory()) return
  throw new LimpidError('data-missing', `The data folder ${folder} is not there.`, {
    file: folder,
    hint: asked ? 'Check the name.' : 'Name it with --data, or in the variable LIMPID_DATA.',
  })
}

/** Of a fine-tuning also whether it was worth it; what is computed has no best step. Exported for its test. */
export function verdict(best: Best, start?: Best): string {
  if (!start)
    return `${best.step === 0 ? 'Validated' : `Best at step ${best.step}`}: ${listed(best.figures)}.`
  if (best.step === 0)
    return `It never got better than what it started from (${listed(start.figures)}): that is kept.`
  return `Best at step ${best.step}: ${listed(best.figures)}; it started from ${listed(start.figures)}.`
}

/** "step 1200 of 60000, loss 0.0213, learning rate 9.8e-4, 212 kpx/s"; what is computed has no steps to tell of. */
function describe({ label, training }: Progress): string {
  if (!training || training.steps === 0) return label
  const { step, steps, loss, learningRate, pixelsPerSecond } = training
  const speed = `${(pixelsPerSecond / 1000).toFixed(0)} kpx/s`
  return `step ${step} of ${steps}, loss ${loss.toPrecision(3)}, learning rate ${learningRate.toExponential(1)}, ${speed}`
}

/** "PSNR at σ 25 (dB) 31.2, loss 0.0213" */
function listed(figures: Figures): string {
  return Object.entries(figures)
    .map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`)
    .join(', ')
}
