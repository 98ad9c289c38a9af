import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { LimpidError } from '../../contract/errors.ts'
import { SAMPLES_FOLDER, type TrainingProgress } from '../../contract/training.ts'
import { type AutoencoderRecipe, autoencoderRecipeSchema } from '../../contract/zoo-recipe.ts'
import { Compute } from '../compute.ts'
import { sharp } from '../imaging/libvips.ts'
import { readManifest } from '../models/model-file.ts'
import { random } from '../random.ts'
import { tf } from '../tf.ts'
import { tinyRecipe } from '../training/testing/tiny-recipe.ts'
import { maskRecipe } from '../zoo/segmentation/testing/recipes.ts'
import { makeShapes } from '../zoo/segmentation/testing/shapes.ts'
import { writeDigits } from '../zoo/testing/digits.ts'
import { aloneWith } from './job-context.ts'
import { trainRecipe } from './train.ts'

vi.setConfig({ testTimeout: 240_000 })

const alone = aloneWith(new Compute())
const recipe = autoencoderRecipeSchema.parse({
  id: 'tiny',
  version: '1.0.0',
  title: 'Tiny',
  task: 'autoencode',
  licence: 'MIT',
  architecture: { name: 'dense-autoencoder', parameters: { code: 4 } },
  data: { kind: 'mnist', folder: 'mnist', validation: 20, provenance: 'drawn by this test' },
  corruption: { kind: 'none' },
  loss: { reconstruction: 'mse', weight: 1, penalty: { kind: 'none' } },
  training: {
    method: 'gradient',
    batch: 16,
    length: { epochs: 3 },
    optimizer: { kind: 'adam', learningRate: 0.01, warmupSteps: 0, clipNorm: 1 },
  },
  seed: 1,
})

let data: string
beforeAll(async () => {
  data = await mkdtemp(path.join(os.tmpdir(), 'limpid-train-job-'))
  await writeDigits(path.join(data, 'mnist'), { train: 100, test: 20 })
})
afterAll(() => rm(data, { recursive: true, force: true }))

const input = (run: string) => ({
  recipe,
  data,
  runFolder: path.join(data, run),
  modelFolder: path.join(data, `${run}-model`),
})

/** Principal components of the digits, so many. */
const pca = (code: number): AutoencoderRecipe => ({
  ...recipe,
  architecture: { name: 'linear-autoencoder', parameters: { code } },
  training: { method: 'pca' },
})

/** 64 × 48 px of noise, of its own for every name. */
function noise(name: string) {
  const [width, height] = [64, 48]
  const samples = new Float32Array(width * height * 3)
  random(name.charCodeAt(0)).fillGaussian(samples)
  const bytes = Uint8Array.from(samples, (value) => Math.max(0, Math.min(255, 128 + 40 * value)))
  return sharp(bytes, { raw: { width, height, channels: 3 } })
}

describe('training', () => {
  it('reports figures and a picture of them after every epoch, and writes the model', async () => {
    const reports: TrainingProgress[] = []
    const step = async (_done: number, _label: string, training?: TrainingProgress) => {
      if (training?.figures) reports.push(training)
    }
    const { finished, steps, best } = await trainRecipe(input('whole'), { ...alone, step })
    expect({ finished, steps }).toEqual({ finished: true, steps: 15 })
    expect(reports.map(({ step }) => step)).toEqual([5, 10, 15])
    expect(best!.figures.MSE).toBe(Math.min(...reports.map(({ figures }) => figures!.MSE)))
    const { samples } = reports[1]
    expect(samples).toBe(path.join(data, 'whole', SAMPLES_FOLDER, 'step-000010.png'))
    expect((await sharp(samples!).metadata()).format).toBe('png')
    expect(await readManifest(path.join(data, 'whole-model'))).toMatchObject({
      task: 'autoencode',
      picture: { height: 28, width: 28 },
      channels: { input: 1, output: 1 },
      code: { layer: 'code', shape: [4] },
      parameterCount: 2 * 784 * 4 + 4 + 784,
      megaMacsPerPixel: (2 * 784 * 4) / 784 / 1e6,
    })
    const card = await readFile(path.join(data, 'whole-model/card.md'), 'utf8')
    expect(card).toContain('drawn by this test')
  })

  it('stops when it is told to, and makes a model of what it has when it is told that', async () => {
    const asked = input('parts')
    let questions = 0
    const stopping = { ...alone, isCancelled: () => ++questions > 7 }
    expect(await trainRecipe(asked, stopping)).toMatchObject({ finished: false, step: 7, model: null })
    const now = await trainRecipe({ ...asked, finishNow: true }, alone)
    expect(now).toMatchObject({ finished: false, step: 7, model: asked.modelFolder })
    expect((await readManifest(asked.modelFolder)).id).toBe('tiny')
    expect(await trainRecipe(asked, alone)).toMatchObject({ finished: true, step: 15 })
  })

  it('reports figures and a picture of what is computed, not learned in steps', async () => {
    const reports: { done: number; training: TrainingProgress }[] = []
    const step = async (done: number, _label: string, training?: TrainingProgress) => {
      if (training) reports.push({ done, training })
    }
    const computed = { ...input('computed'), recipe: pca(4) }
    const { finished, best } = await trainRecipe(computed, { ...alone, step })
    expect(finished).toBe(true)
    expect(reports).toMatchObject([
      { done: 1, training: { step: 0, steps: 0, loss: 0, figures: best!.figures } },
    ])
    const { samples } = reports[0].training
    expect((await sharp(samples!).metadata()).format).toBe('png')
  })

  it('can be cancelled while it reads pictures and while it looks for dead units, and goes on from there', async () => {
    await mkdir(path.join(data, 'noise'))
    for (const name of ['a', 'b', 'c']) await noise(name).toFile(path.join(data, 'noise', `${name}.png`))
    const restoration = tinyRecipe({
      data: { ...tinyRecipe().data, train: ['noise'], validationPictures: 1 },
      stages: [{ steps: 2, patch: 16, batch: 2 }],
      removeDeadUnits: true,
    })
    const asked = { ...input('restoration'), recipe: restoration }
    const labels: string[] = []
    const until = (last: RegExp) => ({
      ...alone,
      step: async (_done: number, label: string) => {
        if (labels.at(-1) !== label) labels.push(label) // told as often as there is time for
        if (last.test(label)) throw new LimpidError('cancelled', 'Cancelled.')
      },
    })
    await expect(trainRecipe(asked, until(/2 of 3/))).rejects.toMatchObject({ code: 'cancelled' })
    await expect(trainRecipe(asked, until(/units/))).rejects.toMatchObject({ code: 'cancelled' })
    expect(existsSync(asked.modelFolder)).toBe(false)
    expect(labels).toEqual([
      ...['Reading the training pictures', 'Reading 1 of 3', 'Reading 2 of 3'],
      ...['Reading the training pictures', 'Reading 1 of 3', 'Reading 2 of 3', 'Reading 3 of 3'],
      ...['Training tiny', 'Looking for units that do nothing'],
    ])
    expect(await trainRecipe(asked, alone)).toMatchObject({ finished: true, model: asked.modelFolder })
  })

  it('starts from the model that is given in place of the recipe that its own names', async () => {
    await mkdir(path.join(data, 'chain'))
    for (const name of ['a', 'b', 'c']) await noise(name).toFile(path.join(data, 'chain', `${name}.png`))
    const restoration = (id: string, init?: string) =>
      tinyRecipe({
        ...{ id, init },
        data: { ...tinyRecipe().data, train: ['chain'], validationPictures: 1 },
        stages: [{ steps: 2, patch: 16, batch: 2 }],
      })
    const first = { ...input('first'), recipe: restoration('first') }
    await trainRecipe(first, alone)
    const second = { ...input('second'), recipe: restoration('second', 'recipes/first.json') }
    await trainRecipe({ ...second, init: first.modelFolder }, alone)
    expect(await readManifest(second.modelFolder)).toMatchObject({
      parent: 'first',
      recipe: { init: 'recipes/first.json' },
    })
  })

  it('can be cancelled while it reads pairs and while it computes components', async () => {
    const until = (last: RegExp) => ({
      ...alone,
      step: async (_done: number, label: string) => {
        if (last.test(label)) throw new LimpidError('cancelled', 'Cancelled.')
      },
    })
    const pairs = { ...input('pairs'), recipe: maskRecipe(), data: await makeShapes(3) }
    await expect(trainRecipe(pairs, until(/Reading 2 of 3/))).rejects.toMatchObject({ code: 'cancelled' })
    const components = { ...input('components'), recipe: pca(4) }
    await expect(trainRecipe(components, until(/iteration 2/))).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('leaves no tensor behind where a recipe does not come to a training', async () => {
    const two = { name: 'unet', parameters: { filters: 4, depth: 2, outputChannels: 2 } }
    const [pairs, one] = [await makeShapes(3), await makeShapes(1)]
    const loss = { ...recipe.loss, reconstruction: 'cross-entropy' as const }
    const failing = [
      { recipe: maskRecipe({}, { architecture: two }), data: pairs, code: 'recipe-invalid' },
      { recipe: maskRecipe(), data: one, code: 'data-missing' },
      { recipe: { ...pca(4), loss }, data, code: 'recipe-invalid' },
      { recipe: pca(800), data, code: 'recipe-invalid' },
    ]
    await alone.backend()
    const before = tf.memory().numTensors
    for (const { code, ...asked } of failing) {
      await expect(trainRecipe({ ...input('nothing'), ...asked }, alone)).rejects.toMatchObject({ code })
      expect(tf.memory().numTensors).toBe(before)
    }
  })

  it('has no model to give before its first step', async () => {
    await expect(trainRecipe({ ...input('none'), finishNow: true }, alone)).rejects.toMatchObject({
      code: 'bad-request',
      message: 'Nothing of tiny is trained yet.',
    })
  })
})
