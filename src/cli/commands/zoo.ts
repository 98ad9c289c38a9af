/** `limpid zoo`: trains every system of the Lab, measures it, and writes the table of them all. */
import { writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { Command } from 'commander'
import { writeError } from '../../app/file-errors.ts'
import { type ErrorData, LimpidError } from '../../contract/errors.ts'
import type { Recipe } from '../../contract/recipe.ts'
import { isMet, targetValue, ZOO } from '../../contract/zoo.ts'
import type { Context, Engine, Perform } from '../context.ts'
import { makeFolder, prepareFile } from '../prepare-file.ts'
import { withProgress } from '../progress.ts'
import { dataFolder, shippedRecipePath } from '../project.ts'
import { readRecipe } from '../recipe-file.ts'
import { CODE_SIZES, sizedId } from '../zoo/code-sizes.ts'
import { drawCodeSizes, drawSegmentation, drawSystem } from '../zoo/pictures.ts'
import { zooReport } from '../zoo/report.ts'
import { readResults, writeResults, type ZooResult, type ZooResults } from '../zoo/results.ts'

type ZooOptions = { data?: string; folder?: string; out?: string; only?: string[]; again?: boolean }

export function zooCommand(perform: Perform): Command {
  return new Command('zoo')
    .description('train and measure every system of the Lab, and write the table of them')
    .option(
      '--data <folder>',
      'folder of the data sets (default: LIMPID_DATA, else ../shared/data of the project)',
    )
    .option('--folder <folder>', 'where runs, models and pictures are kept (default: zoo in the data home)')
    .option('--out <file>', 'the table (default: ZOO.md in that folder)')
    .option('--only <recipes...>', 'these systems alone; the others stay in the table as measured before')
    .option('--again', 'measure and draw anew what is trained already')
    .addHelpText(
      'after',
      `
Examples:
  limpid zoo --data ~/data                      all of them; Ctrl-C stops, the same command goes on
  limpid zoo --only dense-autoencoder pca       two of them
  limpid zoo --out ZOO.md                       in the project's folder: its own table anew`,
    )
    .action((options: ZooOptions, command: Command) =>
      perform(command, (context) => zoo(context, options, commandLine(command))),
    )
}

async function zoo(context: Context, options: ZooOptions, command: string): Promise<boolean> {
  const { terminal, cwd, env, home, signal, backend } = context
  const data = dataFolder(options.data, cwd, env)
  const folder = options.folder ? path.resolve(cwd, options.folder) : path.join(home, 'zoo')
  const out = options.out ? path.resolve(cwd, options.out) : path.join(folder, 'ZOO.md')
  const recipes = await chosen(options.only)
  let results = await readResults(folder)
  const errors: ErrorData[] = []
  await makeFolder(path.join(folder, 'pictures'))
  await prepareFile(out, { option: '--out', overwrite: true })
  const machine = `${os.cpus()[0]?.model.trim() ?? 'an unknown processor'}, ${os.availableParallelism()} cores`
  const wish = { backend, cancelGraceMs: CHECKPOINT_GRACE_MS }
  const writeTable = async () => {
    if (isEmpty(results)) return // the one that is there says more
    await writeFile(out, zooReport(results, { machine, command })).catch((thrown) => {
      throw writeError(thrown, out)
    })
  }
  for (const recipe of recipes) {
    if (results[recipe.id] && !options.again) continue
    // An engine for each: what one leaves behind does not slow the next.
    const measuring = context.withEngine(wish, async (engine) => {
      const result = await trainAndMeasure(engine, recipe, { data, folder }, context)
      if (recipe.task === 'segment') {
        const places = { data, models: path.join(folder, 'models'), folder: path.join(folder, 'pictures') }
        await drawSegmentation(engine, recipe.id, places, (id) => results[id] !== undefined)
      }
      await drawCodeSizes(engine, { ...results, [recipe.id]: result }, path.join(folder, 'pictures'))
      return result
    })
    try {
      const result = await measuring
      // Another call may have added others meanwhile.
      results = { ...(await readResults(folder)), [recipe.id]: result }
      await writeResults(folder, results)
    } catch (thrown) {
      if (signal.aborted) throw thrown
      errors.push(terminal.error(thrown)) // its data may be missing: the others are trained all the same
    }
    await writeTable()
  }
  await writeTable()
  const table = isEmpty(results) ? null : out
  if (table) terminal.print(table)
  const missed = missedTargets(results)
  for (const line of missed) terminal.note(line)
  const ok = missed.length === 0 && errors.length === 0
  terminal.result({ ok, table, results, missed, errors })
  return ok
}

async function trainAndMeasure(
  engine: Engine,
  recipe: Recipe,
  { data, folder }: { data: string; folder: string },
  { terminal, signal }: Context,
): Promise<ZooResult> {
  const runFolder = path.join(folder, 'runs', recipe.id)
  const modelFolder = path.join(folder, 'models', recipe.id)
  const trained = await withProgress(terminal.errorOutput, async (view) => {
    view.say(`Training ${recipe.id}`)
    const job = { recipe, data, runFolder, modelFolder }
    return engine.run('train', job, { signal, onProgress: (progress) => view.update(progress) })
  })
  if (!trained.finished) {
    throw new LimpidError(
      'cancelled',
      `${recipe.id} stopped after step ${trained.step}; a checkpoint is kept.`,
      {
        hint: 'The same command goes on from there.',
      },
    )
  }
  const measured = await engine.run('measure', { folder: modelFolder, data }, { signal })
  if (recipe.task === 'autoencode') {
    await drawSystem(engine, recipe, { data, runFolder, modelFolder, folder: path.join(folder, 'pictures') })
  }
  const { name } = await engine.run('warmup', {})
  return { ...measured, seconds: trained.seconds, steps: trained.step, backend: name }
}

/** Those of the table (or those asked for), and PCA and the linear autoencoder at every code size. */
async function chosen(only: string[] | undefined): Promise<Recipe[]> {
  const known = ZOO.map(({ recipe }) => recipe)
  const unknown = only?.find((id) => !known.includes(id))
  if (unknown) {
    throw new LimpidError('bad-request', `There is no system "${unknown}".`, {
      hint: `There are: ${known.join(', ')}.`,
    })
  }
  const recipes: Recipe[] = []
  const sized: Recipe[] = []
  for (const id of only ?? known) {
    const recipe = await readRecipe(shippedRecipePath(id))
    recipes.push(recipe)
    if (recipe.task === 'autoencode' && recipe.architecture.name === 'linear-autoencoder') {
      for (const code of CODE_SIZES.filter((size) => size !== 16)) {
        const parameters = { ...recipe.architecture.parameters, code }
        const title = `${recipe.title}, ${code} units`
        sized.push({
          ...recipe,
          id: sizedId(id, code),
          title,
          architecture: { ...recipe.architecture, parameters },
        })
      }
    }
  }
  return [...recipes, ...sized]
}

function missedTargets(results: ZooResults): string[] {
  return ZOO.flatMap(({ recipe, title, targets }) =>
    targets.flatMap((target) => {
      const value = targetValue(target, recipe, (id) => results[id]?.figures ?? null)
      return value === null || isMet(target, value)
        ? []
        : [`${title}: ${target.figure} is ${value.toPrecision(4)}.`]
    }),
  )
}

const isEmpty = (results: ZooResults) => Object.keys(results).length === 0

/** As the table tells it: what is another place on every machine is left out. */
function commandLine(command: Command): string {
  const { data, out } = command.opts<ZooOptions>()
  const outToo = out && !path.isAbsolute(out) ? ` --out ${out}` : ''
  return `npm run --silent limpid -- zoo${data ? ' --data DIR' : ''}${outToo}`
}

/** Writing a checkpoint takes longer than leaving a tile. */
const CHECKPOINT_GRACE_MS = 60_000
