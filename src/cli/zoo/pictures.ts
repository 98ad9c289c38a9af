/** The pictures that go with the zoo: what each system does, samples, the manifold, curves. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { type HistoryEntry, historyEntrySchema, RUN_FILE } from '../../contract/training.ts'
import type { PictureSource } from '../../contract/zoo-jobs.ts'
import type { AutoencoderRecipe } from '../../contract/zoo-recipe.ts'
import type { Engine } from '../context.ts'
import { CODE_SIZES, SIZED_SYSTEMS, sizedId } from './code-sizes.ts'
import type { ZooResults } from './results.ts'

/** Draws them into `folder`, named by the recipe. */
export async function drawSystem(
  engine: Engine,
  recipe: AutoencoderRecipe,
  places: { data: string; runFolder: string; modelFolder: string; folder: string },
): Promise<void> {
  const { data, runFolder, modelFolder, folder } = places
  const file = (what: string) => path.join(folder, `${recipe.id}-${what}.png`)
  const source = sourceOf(recipe, data)
  await engine.run('reconstruct', { folder: modelFolder, source, path: file('reconstructions') })
  const history = await readHistory(runFolder)
  if (history.length > 1) await drawLoss(engine, recipe.title, history, file('loss'))
  if (recipe.loss.penalty.kind !== 'variational') return
  const codes = { kind: 'drawn', count: 100, seed: 1 } as const
  await engine.run('decode', { folder: modelFolder, codes, path: file('samples') })
  if (recipe.architecture.parameters.code !== 2) return
  const manifold = { kind: 'manifold', side: 20 } as const
  await engine.run('decode', { folder: modelFolder, codes: manifold, path: file('manifold') })
}

/** Networks of one data set: what they mark is drawn side by side too. */
const STREETS = ['segmentation-autoencoder-camvid', 'segnet-camvid', 'unet-camvid']

/** Draws what a network marks in test pictures into `folder`, and beside it what the others of its data set do. */
export async function drawSegmentation(
  engine: Engine,
  id: string,
  { data, models, folder }: { data: string; models: string; folder: string },
  trained: (id: string) => boolean,
): Promise<void> {
  const draw = (ids: string[], name: string) =>
    engine.run('drawFindings', {
      folders: ids.map((one) => path.join(models, one)),
      data,
      count: 5,
      path: path.join(folder, `${name}-findings.png`),
    })
  await draw([id], id)
  if (STREETS.every((one) => one === id || trained(one)) && STREETS.includes(id))
    await draw(STREETS, 'camvid')
}

/** Error over code size, PCA and linear autoencoder: `results` of `<base>` and `<base>-k<size>`. */
export async function drawCodeSizes(engine: Engine, results: ZooResults, folder: string): Promise<void> {
  const series = Object.entries(SIZED_SYSTEMS).map(([base, name]) => ({
    name,
    points: CODE_SIZES.flatMap((size): [number, number][] => {
      const mse = results[sizedId(base, size)]?.figures.MSE
      return mse === undefined ? [] : [[size, mse]]
    }),
  }))
  const drawn = series.filter(({ points }) => points.length > 0)
  if (drawn.length === 0) return
  await engine.run('drawChart', {
    title: 'Reconstruction error over code size',
    x: 'units of the code',
    y: 'MSE on the test digits',
    logarithmic: true,
    series: drawn,
    path: path.join(folder, 'pca-and-linear-autoencoder.png'),
  })
}

function sourceOf({ data }: AutoencoderRecipe, dataFolder: string): PictureSource {
  const folder = path.resolve(dataFolder, data.folder)
  if (data.kind === 'mnist') return { kind: 'mnist', folder, split: 'test', limit: 12 }
  return { kind: 'pictures', paths: [folder], fit: data.fit ?? 'crop' }
}

async function readHistory(runFolder: string): Promise<HistoryEntry[]> {
  const { history } = JSON.parse(await readFile(path.join(runFolder, RUN_FILE), 'utf8'))
  return historyEntrySchema.array().parse(history)
}

async function drawLoss(engine: Engine, title: string, history: HistoryEntry[], file: string): Promise<void> {
  const validation = history.map(({ step, figures }): [number, number] => [step, figures['validation loss']])
  const training = history.map(({ step, loss }): [number, number] => [step, loss])
  const series = [
    { name: 'training', points: training },
    { name: 'validation', points: validation },
  ]
  await engine.run('drawChart', { title, x: 'step', y: 'loss', logarithmic: true, series, path: file })
}
