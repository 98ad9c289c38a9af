import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
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
  more: {
    finish?: boolean
    shouldStop?: () => boolean
    onProgress?: (report: TrainingProgress) => void
  } = {},
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
    const bytes = async (folder: string, file: string) => readFile(path.join(folder, file))
    for (const file of [a!.state, 'best.bin'])
      expect(Buffer.compare(await bytes(whole, file), await bytes(parts, file)), file).toBe(0)
    expect(b!.state).toBe(a!.state)
    expect([b!.best, b!.history]).toEqual([a!.best, a!.history])
  })

  it('measures what it has come to when it is told to finish, and keeps what was best', async () => {
    const runFolder = path.join(folder, 'finished')
    let asked = 0
    const stopped = await trainOn(recipe, runFolder, { shouldStop: () => ++asked > 7 })
    expect(stopped).toMatchObject({ finished: false, step: 7, best: null })
    const reports: TrainingProgress[] = []
    const onProgress = (report: TrainingProgress) => void reports.push(report)
    const finished = await trainOn(recipe, runFolder, { finish: true, onProgress })
    expect(finished).toMatchObject({ finished: false, step: 7, best: { step: 7 } })
    expect(reports).toMatchObject([{ step: 7, loss: expect.any(Number), figures: finished.best!.figures }])
    expect(reports[0].loss).toBeGreaterThan(0)
    expect(await trainOn(recipe, runFolder)).toMatchObject({ finished: true, step: 60 })
    const { history } = (await readRun(runFolder))!
    expect(history.map(({ step }) => step)).toEqual([20, 40, 60])
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
    const goingOn = await restorationCourse({ ...recipe, init: nowhere }, dataset, { begunFrom: 'long-gone' })
    expect(goingOn.learner.parent).toBe('long-gone')
  })

  it('compares a fine-tuning with what it started from, and keeps that where it was better', async () => {
    const init = path.join(folder, 'start')
    const { learner, save } = await restorationCourse(recipe, dataset)
    const { best } = await train({
      recipe,
      learner,
      schedule: (await restorationCourse(recipe, dataset)).schedule,
      runFolder: path.join(folder, 'whole'),
    })
    await save(init)
    const tuned = async (name: string, learningRate: number) => {
      const child = { ...recipe, id: name, init, optimizer: { ...recipe.optimizer, learningRate } }
      return trainOn(child, path.join(folder, name))
    }
    const spoiled = await tuned('spoiled', 0.3)
    expect(spoiled).toMatchObject({ finished: true, step: 60, best: { step: 0 } })
    expect(spoiled.best).toEqual(spoiled.start)
    expect(spoiled.start!.score).toBeCloseTo(best!.score, 4)
    const better = await tuned('better', 0.001)
    expect(better.start).toEqual(spoiled.start)
    expect(better.best!.score).toBeGreaterThan(better.start!.score)
    expect((await readRun(path.join(folder, 'better')))!).toMatchObject({
      parent: 'tiny',
      start: better.start,
    })
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

  it.each([
    [
      'architecture',
      { architecture: { ...recipe.architecture, parameters: { channels: [4], blocks: [1] } } },
    ],
    ['seed', { seed: 4 }],
    ['degradations', { degradations: [{ kind: 'gaussian-noise' as const, sigma: [50, 55] }] }],
    ['data.train', { data: { ...recipe.data, train: ['others'] } }],
    ['validation.sigmas', { validation: { ...recipe.validation, sigmas: [50] } }],
    ['loss', { loss: 'l2' as const }],
    ['init', { init: 'some/model' }],
  ])('refuses to resume a run where its recipe has another %s', async (what, change) => {
    const runFolder = path.join(folder, 'whole')
    const { learner, schedule } = await restorationCourse(recipe, dataset)
    const other = { ...recipe, ...change } as RestorationRecipe
    await expect(train({ recipe: other, learner, schedule, runFolder })).rejects.toMatchObject({
      code: 'recipe-invalid',
      file: runFolder,
      message: expect.stringMatching(new RegExp(`another recipe: it differs in ${what}\\.$`)),
    })
  })

  it('goes on with another title, more steps, another learning rate', async () => {
    const runFolder = path.join(folder, 'longer')
    await cp(path.join(folder, 'whole'), runFolder, { recursive: true })
    const longer = {
      ...recipe,
      title: 'Longer',
      data: { ...recipe.data, provenance: 'told better' },
      stages: [...recipe.stages, { steps: 2, patch: 16, batch: 4 }],
      optimizer: { ...recipe.optimizer, learningRate: 1e-4 },
    }
    expect(await trainOn(longer, runFolder)).toMatchObject({ finished: true, step: 62 })
  })

  it('neither goes on with other pictures than the run began with nor measures it on them', async () => {
    const runFolder = path.join(folder, 'grown')
    let asked = 0
    await trainOn(recipe, runFolder, { shouldStop: () => ++asked > 25 })
    const grown = { ...dataset, train: [...dataset.train, wavePicture(7)] }
    const { learner, schedule } = await restorationCourse(recipe, grown)
    const on = { recipe, learner, schedule, runFolder }
    const refusal = { code: 'data-missing', file: runFolder }
    await expect(train(on)).rejects.toMatchObject(refusal)
    expect(await train({ ...on, finish: true })).toMatchObject({ step: 25, best: { step: 20 } })
    expect(await trainOn(recipe, runFolder)).toMatchObject({ finished: true, step: 60 })
    const unmeasured = path.join(folder, 'unmeasured')
    asked = 0
    await trainOn(recipe, unmeasured, { shouldStop: () => ++asked > 5 })
    await expect(train({ ...on, runFolder: unmeasured, finish: true })).rejects.toMatchObject({
      ...refusal,
      file: unmeasured,
    })
  })

  it('says which file of a run can’t be read', async () => {
    const broken = async (name: string, file: string) => {
      const runFolder = path.join(folder, name)
      await cp(path.join(folder, 'whole'), runFolder, { recursive: true })
      await rm(path.join(runFolder, file))
      return { runFolder, file: path.join(runFolder, file) }
    }
    const refused = ({ runFolder, file }: { runFolder: string; file: string }) =>
      expect(trainOn(recipe, runFolder)).rejects.toMatchObject({
        code: 'recipe-invalid',
        file,
        hint: expect.stringContaining('anew'),
      })
    await refused(await broken('stateless', 'state-60.bin'))
    await refused(await broken('bestless', 'best.bin'))
    const short = await broken('short', 'best.bin')
    await writeFile(short.file, new Uint8Array(8))
    await refused(short)
    const unreadable = await broken('unreadable', 'run.json')
    await mkdir(unreadable.file) // there, and no file
    await refused(unreadable)
  })

  it('leaves the run as it was where a checkpoint can’t be written', async () => {
    const runFolder = path.join(folder, 'unwritable')
    let asked = 0
    await trainOn(recipe, runFolder, { shouldStop: () => ++asked > 10 })
    await mkdir(path.join(runFolder, 'best.bin')) // in the way of step 20's
    await expect(trainOn(recipe, runFolder)).rejects.toMatchObject({
      code: 'file-unwritable',
      file: path.join(runFolder, 'best.bin'),
    })
    expect((await readdir(runFolder)).sort()).toEqual(['best.bin', 'run.json', 'state-10.bin'])
    await rm(path.join(runFolder, 'best.bin'), { recursive: true })
    expect(await trainOn(recipe, runFolder)).toMatchObject({ finished: true, step: 60 })
  })

  it('refuses patches and networks that do not fit the task', async () => {
    const odd = { ...recipe, stages: [...recipe.stages, { steps: 2, patch: 25, batch: 4 }] }
    await expect(restorationCourse(odd, dataset)).rejects.toMatchObject({
      code: 'recipe-invalid',
      message: 'The network of tiny takes patches that are multiples of 4 px, not 25.',
    })
    const finder = { ...recipe, task: 'find-scratches' as const }
    const { numTensors } = tf.memory()
    await expect(restorationCourse(finder, dataset)).rejects.toMatchObject({
      code: 'recipe-invalid',
      message: 'The network of tiny goes from 3 channels to 3; find-scratches goes from 3 to 1.',
    })
    expect(tf.memory().numTensors).toBe(numTensors)
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
