/** Every autoencoder of the zoo, trained small on digits that are drawn here, from its own recipe to its model folder. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Figures } from '../../contract/training.ts'
import { type AutoencoderRecipe, autoencoderRecipeSchema } from '../../contract/zoo-recipe.ts'
import { Compute } from '../compute.ts'
import { sharp } from '../imaging/libvips.ts'
import { decodeCodes } from '../jobs/decode.ts'
import { encodePictures } from '../jobs/encode.ts'
import { aloneWith } from '../jobs/job-context.ts'
import { measureModel } from '../jobs/measure.ts'
import { reconstructPictures } from '../jobs/reconstruct.ts'
import { trainRecipe } from '../jobs/train.ts'
import { tf } from '../tf.ts'
import { writeDigits } from './testing/digits.ts'

// Seconds each; more where other work has the cores.
vi.setConfig({ testTimeout: 240_000 })

const context = aloneWith(new Compute())

let folder: string
const measured = new Map<string, Figures>()
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'limpid-zoo-'))
  await writeDigits(path.join(folder, 'mnist'), { train: 1200, test: 200 })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** The recipe that ships, cut short. */
async function small(id: string, steps: number, batch: number): Promise<AutoencoderRecipe> {
  const file = path.join(import.meta.dirname, `../../../recipes/zoo/${id}.json`)
  const recipe = autoencoderRecipeSchema.parse(JSON.parse(await readFile(file, 'utf8')))
  if (recipe.data.kind === 'mnist') recipe.data = { ...recipe.data, validation: 200 }
  if (recipe.training.method === 'gradient') {
    const optimizer = { ...recipe.training.optimizer, learningRate: 0.004, warmupSteps: 10 }
    recipe.training = { ...recipe.training, batch, length: { steps }, everySteps: steps, optimizer }
  }
  return recipe
}

/** Trains and measures it; its figures are kept for comparison. */
async function run(id: string, steps = 150, batch = 64): Promise<Figures> {
  const recipe = await small(id, steps, batch)
  const [runFolder, modelFolder] = ['runs', 'models'].map((name) => path.join(folder, name, id))
  const { finished, model } = await trainRecipe({ recipe, data: folder, runFolder, modelFolder }, context)
  expect({ finished, model }).toEqual({ finished: true, model: modelFolder })
  const { figures, count } = await measureModel({ folder: modelFolder, data: folder }, context)
  expect(count).toBe(200)
  measured.set(id, figures)
  return figures
}

/** What knows nothing but the mean of each pixel: its squared error, and the nats that a digit costs it. */
const MEAN_DIGIT = { mse: 0.063, nats: 190 }

describe('on drawn digits', () => {
  it('PCA and the linear autoencoder come to the same error', async () => {
    const pca = await run('pca')
    const linear = await run('linear-autoencoder', 500)
    expect(pca.MSE).toBeLessThan(MEAN_DIGIT.mse / 3)
    expect(linear.MSE / pca.MSE).toBeGreaterThan(0.98)
    expect(linear.MSE / pca.MSE).toBeLessThan(1.15)
  })

  it('a dense autoencoder learns what digits look like', async () => {
    const { MSE } = await run('dense-autoencoder', 300)
    expect(MSE).toBeLessThan(MEAN_DIGIT.mse / 3)
  })

  it('a sparse autoencoder leaves more of its code at 0', async () => {
    const figures = await run('sparse-autoencoder', 300)
    expect(figures['active units (%)']).toBeLessThan(
      0.75 * measured.get('dense-autoencoder')!['active units (%)'],
    )
    expect(figures.MSE).toBeLessThan(MEAN_DIGIT.mse / 3)
  })

  it('a contractive autoencoder’s code moves less than a plain one’s', async () => {
    const plain = await run('plain-sigmoid-autoencoder', 250)
    const contractive = await run('contractive-autoencoder', 250)
    expect(contractive['code movement']).toBeLessThan(0.9 * plain['code movement'])
    expect(contractive.MSE).toBeLessThan(1.5 * plain.MSE)
  })

  it('denoising autoencoders, dense and convolutional, take noise out', async () => {
    const dense = await run('dense-denoising-autoencoder', 200)
    expect(dense['gain over the input (dB)']).toBeGreaterThan(4)
    const convolutional = await run('convolutional-denoising-autoencoder', 40, 16)
    expect(convolutional['gain over the input (dB)']).toBeGreaterThan(2)
  })

  it('the latent convolutional autoencoder finds digits in noise that is brighter than they are', async () => {
    const figures = await run('latent-convolutional-autoencoder', 120, 32)
    expect(figures['gain over the input (dB)']).toBeGreaterThan(5)
  })

  it('a variational autoencoder bounds the likelihood far better than independent pixels do', async () => {
    const figures = await run('variational-autoencoder', 200)
    expect(figures['−ELBO (nats)']).toBeLessThan(0.8 * MEAN_DIGIT.nats)
    expect(figures['−ELBO (nats)']).toBeGreaterThan(0.1 * MEAN_DIGIT.nats)
  })

  it('codes and the errors of reconstructions come out of a model, pictures out of codes', async () => {
    const source = { kind: 'mnist', folder: path.join(folder, 'mnist'), split: 'test', limit: 15 } as const
    const model = path.join(folder, 'models/dense-autoencoder')
    const file = path.join(folder, 'codes.f32')
    const { shape, items } = await encodePictures({ folder: model, source, path: file }, context)
    expect(shape).toEqual([64])
    expect(items[13]).toMatchObject({ name: 'test 13', label: 3 })
    const mean = items.reduce((sum, { error }) => sum + error, 0) / items.length
    expect(mean / measured.get('dense-autoencoder')!.MSE).toBeGreaterThan(0.5)
    expect(mean / measured.get('dense-autoencoder')!.MSE).toBeLessThan(2)
    const bytes = await readFile(file)
    expect(bytes.length).toBe(15 * 64 * 4)

    const codes = Array.from({ length: 15 }, (_, i) =>
      Array.from({ length: 64 }, (_, j) => bytes.readFloatLE(4 * (64 * i + j))),
    )
    const sheet = path.join(folder, 'sheet.png')
    const given = { kind: 'given', codes } as const
    expect(await decodeCodes({ folder: model, codes: given, columns: 5, path: sheet }, context)).toEqual({
      path: sheet,
      count: 15,
    })
    const { data, info } = await sharp(sheet).raw().toBuffer({ resolveWithObject: true })
    expect([info.width, info.height]).toEqual([5 * 30 + 2, 3 * 30 + 2])
    // Its digits are as bright as digits are: not black, not noise.
    expect(data.reduce((sum, value) => sum + value, 0) / data.length / 255).toBeLessThan(0.4)
    const short = { kind: 'given' as const, codes: [[1, 2]] }
    await expect(decodeCodes({ folder: model, codes: short, path: sheet }, context)).rejects.toMatchObject({
      code: 'bad-request',
      message: expect.stringContaining('64 numbers, not 2'),
    })
  })

  it('new digits are drawn, and shown before and after', async () => {
    const model = path.join(folder, 'models/variational-autoencoder')
    const drawn = path.join(folder, 'drawn.png')
    await decodeCodes({ folder: model, codes: { kind: 'drawn', count: 9, seed: 1 }, path: drawn }, context)
    expect(await sharp(drawn).metadata()).toMatchObject({ width: 3 * 30 + 2, height: 3 * 30 + 2 })
    const manifold = { kind: 'manifold', side: 4 } as const
    await expect(decodeCodes({ folder: model, codes: manifold, path: drawn }, context)).rejects.toMatchObject(
      {
        message: expect.stringContaining('20 latents'),
      },
    )
    const source = { kind: 'mnist', folder: path.join(folder, 'mnist'), split: 'test', limit: 4 } as const
    const noisy = path.join(folder, 'models/dense-denoising-autoencoder')
    const sheet = path.join(folder, 'before-after.png')
    await reconstructPictures({ folder: noisy, source, path: sheet }, context)
    // Noisy, its code of 8 × 8 cells, cleaned, clean; every pixel drawn twice as large.
    expect(await sharp(sheet).metadata()).toMatchObject({ width: 4 * 58 + 2, height: 4 * 58 + 2 })
  })

  it('nothing of them is left in memory', () => {
    expect(tf.memory().numTensors).toBeLessThan(10)
  })
})
