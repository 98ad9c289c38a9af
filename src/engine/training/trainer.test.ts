import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RestorationRecipe } from '../../contract/restoration-recipe.ts'
import type { TrainingProgress } from '../../contract/training.ts'
import { chooseBackend } from '../backends/choose.ts'
import { loadModel } from '../models/model-file.ts'
import { random } from '../random.ts'
import { tf } from '../tf.ts'
import { readRun } from './checkpoint.ts'
import type { Dataset, TrainingPicture } from './dataset.ts'
import { restorationCourse } from './restoration-learner.ts'
import { tinyRecipe } from './testing/tiny-recipe.ts'
import { train } from './trainer.ts'

const recipe = tinyRecipe()

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

/** Trains the recipe on the waves. */
async function trainOn(
  recipe: RestorationRecipe,
  runFolder: string,
  more: { shouldStop?: () => boolean; onProgress?: (report: TrainingProgress) => void } = {},
) {
  const { learner, schedule } = await restorationCourse(recipe, dataset)
  return train({ recipe, learner, schedule, runFolder, ...more })
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
    const { finished, step, best } = await trainOn(recipe, path.join(folder, 'whole'), {
      onProgress: (report) => reports.push(report),
    })
    const validations = reports.filter(({ figures }) => figures !== null)
    expect(finished).toBe(true)
    expect(step).toBe(60)
    expect(validations.map(({ step }) => step)).toEqual([20, 40, 60])
    // A report's loss is that of the last two seconds; the history's is a matter of steps alone.
    const { history } = (await readRun(path.join(folder, 'whole')))!
    expect(history[2].loss).toBeLessThan(0.8 * history[0].loss)
    const psnr = validations.map(({ figures }) => figures!['PSNR at σ 25 (dB)'])
    expect(psnr[2]).toBeGreaterThan(psnr[0] + 0.5)
    expect(best?.score).toBe(Math.max(...psnr))
  })

  it.each(['adam', 'muon'] as const)('goes on bit for bit after it was stopped, by %s', async (kind) => {
    const by = { ...recipe, optimizer: { ...recipe.optimizer, kind } }
    const [whole, parts] = [path.join(folder, `whole-${kind}`), path.join(folder, `parts-${kind}`)]
    await trainOn(by, whole)
    let asked = 0
    const first = await trainOn(by, parts, { shouldStop: () => ++asked > 33 })
    expect(first).toMatchObject({ finished: false, step: 33 })
    const second = await trainOn(by, parts)
    expect(second).toMatchObject({ finished: true, step: 60 })
    const [a, b] = await Promise.all([readRun(whole), readRun(parts)])
    const state = async (folder: string, file: string) => readFile(path.join(folder, file))
    expect(Buffer.compare(await state(whole, a!.state), await state(parts, b!.state))).toBe(0)
  })

  it('starts from the weights of the model that the recipe names, and refuses those of another network', async () => {
    const modelFolder = path.join(folder, 'parent')
    const parent = await restorationCourse(recipe, dataset)
    await parent.save(modelFolder)
    const other = { ...recipe, seed: 4 }
    const child = await restorationCourse({ ...other, init: modelFolder }, dataset)
    const values = (model: tf.LayersModel) => model.getWeights().map((weight) => [...weight.dataSync()])
    expect(values(child.learner.model)).toEqual(values(parent.learner.model))
    expect(values((await restorationCourse(other, dataset)).learner.model)).not.toEqual(
      values(parent.learner.model),
    )
    const architecture = { ...recipe.architecture, parameters: { channels: [4], blocks: [1] } }
    const { numTensors } = tf.memory()
    await expect(
      restorationCourse({ ...recipe, architecture, init: modelFolder }, dataset),
    ).rejects.toMatchObject({ code: 'recipe-invalid', file: modelFolder })
    const nowhere = path.join(folder, 'nowhere')
    await expect(restorationCourse({ ...recipe, init: nowhere }, dataset)).rejects.toThrow()
    expect(tf.memory().numTensors).toBe(numTensors) // nothing is left behind
  })

  it('writes a model without its dead units where the recipe wants that, and a whole one without pictures', async () => {
    const wide = { name: 'restoration-unet', parameters: { channels: [24, 24], blocks: [1, 1] } }
    const trimming = tinyRecipe({ architecture: wide, removeDeadUnits: true })
    const hiddenOf = async (pictures: Dataset) => {
      const { learner, save } = await restorationCourse(trimming, pictures)
      const layer = learner.model.getLayer('middle2_block1_a')
      const [kernel, bias] = layer.getWeights()
      layer.setWeights([kernel, bias.sub(1e3)]) // all of them are dead
      const modelFolder = path.join(folder, 'trimmed')
      await save(modelFolder)
      const { model, manifest } = await loadModel(modelFolder)
      expect(manifest.parameterCount).toBe(model.countParams())
      return manifest.architecture.parameters.hidden
    }
    expect(await hiddenOf(dataset)).toEqual([24, 16, 24])
    expect(await hiddenOf({ train: [], validation: [] })).toBeUndefined()
    const unet = { name: 'unet', parameters: {} }
    expect(() => tinyRecipe({ architecture: unet, removeDeadUnits: true })).toThrow(/not of unet/)
  })

  it('refuses to resume the run of another network', async () => {
    const other = {
      ...recipe,
      architecture: { ...recipe.architecture, parameters: { channels: [4], blocks: [1] } },
    }
    await expect(trainOn(other, path.join(folder, 'whole'))).rejects.toMatchObject({
      code: 'recipe-invalid',
      message: expect.stringContaining('another network'),
    })
  })

  it('stops at the step where the loss is no number, and keeps the checkpoint before it', async () => {
    const runFolder = path.join(folder, 'diverging')
    await cp(path.join(folder, 'whole'), runFolder, { recursive: true })
    const longer = { ...recipe, stages: [...recipe.stages, { steps: 20, patch: 16, batch: 4 }] }
    const wild = { ...longer, optimizer: { ...recipe.optimizer, learningRate: 1e30 } }
    await expect(trainOn(wild, runFolder)).rejects.toMatchObject({
      code: 'training-diverged',
      message: expect.stringMatching(/at step 6\d/),
      hint: expect.stringContaining(`checkpoint of step 60 in ${runFolder}`),
      retry: { learningRate: 3.3e29, step: 60 },
    })
    expect((await readRun(runFolder))?.step).toBe(60)
  })
})
