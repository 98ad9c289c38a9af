import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Recipe, recipeSchema } from '../../contract/recipe.ts'
import { chooseBackend } from '../backends/choose.ts'
import { random } from '../random.ts'
import { readRun } from './checkpoint.ts'
import type { Dataset, TrainingPicture } from './dataset.ts'
import { learningRate, type TrainingProgress, train } from './trainer.ts'

const recipe: Recipe = recipeSchema.parse({
  id: 'tiny',
  version: '1.0.0',
  title: 'Tiny',
  task: 'denoise',
  licence: 'MIT',
  architecture: { name: 'restoration-unet', parameters: { channels: [8, 8], blocks: [1, 1] } },
  data: { train: ['none'], validationPictures: 2, provenance: 'made by this test' },
  greyShare: 0.25,
  degradations: [{ kind: 'gaussian-noise', sigma: [0, 55] }],
  loss: 'l1',
  optimizer: { kind: 'adam', learningRate: 0.003, warmupSteps: 5, clipNorm: 1 },
  stages: [
    { steps: 40, patch: 16, batch: 4 },
    { steps: 20, patch: 24, batch: 4 },
  ],
  validation: { everySteps: 20, crop: 48, sigmas: [25] },
  seed: 3,
})

/** Smooth colour waves: pictures that even a tiny network can learn to denoise. */
function wavePicture(seed: number): TrainingPicture {
  const draw = random(seed)
  const [width, height] = [64, 56]
  const waves = Array.from({ length: 3 }, () => [draw.between(2, 9), draw.between(2, 9), draw.between(0, 6)])
  const samples = new Uint8Array(new SharedArrayBuffer(width * height * 3))
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      waves.forEach(([u, v, phase], c) => {
        samples[3 * (y * width + x) + c] = 128 + 100 * Math.sin((u * x) / 64 + (v * y) / 64 + phase)
      })
    }
  }
  return { name: `wave${seed}`, width, height, samples }
}

const dataset: Dataset = {
  train: [1, 2, 3, 4].map(wavePicture),
  validation: [5, 6].map(wavePicture),
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'limpid-trainer-'))
  await chooseBackend()
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('the trainer', () => {
  it('lowers the loss and raises the validation PSNR of a tiny network', async () => {
    const reports: TrainingProgress[] = []
    const { finished, step, best } = await train({
      recipe,
      dataset,
      runFolder: path.join(folder, 'whole'),
      onProgress: (report) => reports.push(report),
    })
    const validations = reports.flatMap(({ validation }) => validation ?? [])
    expect(finished).toBe(true)
    expect(step).toBe(60)
    expect(validations.map(({ step }) => step)).toEqual([20, 40, 60])
    expect(validations[2].loss).toBeLessThan(0.8 * validations[0].loss)
    expect(validations[2].psnr[0]).toBeGreaterThan(validations[0].psnr[0] + 0.5)
    expect(best?.psnr).toBe(Math.max(...validations.map(({ psnr }) => psnr[0])))
  })

  it('goes on bit for bit after it was stopped', async () => {
    const whole = path.join(folder, 'whole')
    const parts = path.join(folder, 'parts')
    let asked = 0
    const first = await train({ recipe, dataset, runFolder: parts, shouldStop: () => ++asked > 33 })
    expect(first).toMatchObject({ finished: false, step: 33 })
    const second = await train({ recipe, dataset, runFolder: parts })
    expect(second).toMatchObject({ finished: true, step: 60 })
    const [a, b] = await Promise.all([readRun(whole), readRun(parts)])
    const state = async (folder: string, file: string) => readFile(path.join(folder, file))
    expect(Buffer.compare(await state(whole, a!.state), await state(parts, b!.state))).toBe(0)
  })

  it('refuses to resume the run of another network', async () => {
    const other = {
      ...recipe,
      architecture: { ...recipe.architecture, parameters: { channels: [4], blocks: [1] } },
    }
    await expect(
      train({ recipe: other, dataset, runFolder: path.join(folder, 'whole') }),
    ).rejects.toMatchObject({
      code: 'recipe-invalid',
      message: expect.stringContaining('another network'),
    })
  })

  it('stops at the step where the loss is no number, and keeps the checkpoint before it', async () => {
    const runFolder = path.join(folder, 'diverging')
    await cp(path.join(folder, 'parts'), runFolder, { recursive: true })
    const longer = { ...recipe, stages: [...recipe.stages, { steps: 20, patch: 16, batch: 4 }] }
    const wild = { ...longer, optimizer: { ...recipe.optimizer, learningRate: 1e30 } }
    await expect(train({ recipe: wild, dataset, runFolder })).rejects.toMatchObject({
      code: 'training-diverged',
    })
    expect((await readRun(runFolder))?.step).toBe(60)
  })
})

describe('the learning rate', () => {
  it('ramps up, peaks, and decays to zero at the last step', () => {
    const { learningRate: peak, warmupSteps } = recipe.optimizer
    expect(learningRate(recipe, 0)).toBeCloseTo(peak / warmupSteps, 10)
    expect(learningRate(recipe, warmupSteps)).toBeCloseTo(peak, 10)
    expect(learningRate(recipe, 60)).toBeCloseTo(0, 10)
  })
})
