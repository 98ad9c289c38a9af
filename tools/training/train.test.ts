import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { restorationRecipeSchema } from '../../src/contract/restoration-recipe.ts'
import { wavyPatch } from '../../src/engine/degradations/testing/patches.ts'
import { sharp } from '../../src/engine/imaging/libvips.ts'
import { loadModel } from '../../src/engine/models/model-file.ts'
import { tf } from '../../src/engine/tf.ts'
import { loadDataset } from '../../src/engine/training/dataset.ts'
import { cyclesOf, learningRate } from '../../src/engine/training/learning-rate.ts'
import { tinyRecipe } from '../../src/engine/training/testing/tiny-recipe.ts'
import { validate } from '../../src/engine/training/validation.ts'
import { hasTorch, python, tryPython } from './testing/python.ts'

const SIDE = 64

const recipe = tinyRecipe({
  data: {
    train: ['photos'],
    pairs: [],
    syntheticShare: 0,
    validationPictures: 4,
    provenance: 'made by this test',
  },
  zoom: [1, 1.3],
  degradations: [{ kind: 'gaussian-noise', sigma: [25, 25] }],
  optimizer: { kind: 'muon', learningRate: 0.01, warmupSteps: 5, clipNorm: 1, ema: 0.9 },
  validation: { everySteps: 20, crop: 48, settings: [], sigmas: [25] },
})

/** The learning rates of steps 0 to 60, of an optimizer and stages in JSON. */
const RATES = `
import json
from train import Trainer
trainer = Trainer.__new__(Trainer)
trainer.optimizer_spec, trainer.recipe = json.loads(sys.argv[1]), {"stages": json.loads(sys.argv[2])}
rates = []
for trainer.step in range(61): rates.append(trainer.learning_rate())
print(json.dumps(rates))
`

/** Saves a checkpoint of good weights, then of bad ones; prints what is said and what the checkpoint holds. */
const DIVERGED = `
import json, os, types, torch
from train import Trainer
trainer = Trainer.__new__(Trainer)
trainer.options = types.SimpleNamespace(run=sys.argv[1])
trainer.network = torch.nn.Linear(1, 1)
trainer.network.statistics = {}
trainer.recipe, trainer.best, trainer.history, trainer.average, trainer.optimizers = {}, None, [], [], []
trainer.step = 7
trainer.save()
torch.nn.init.constant_(trainer.network.weight, float("nan"))
trainer.step = 8
said = None
try: trainer.save()
except SystemExit as error: said = str(error)
print(json.dumps({"said": said, "step": torch.load(os.path.join(sys.argv[1], "checkpoint.pt"))["step"]}))
`

const runFile = promisify(execFile)

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'limpid-train-'))
  await mkdir(path.join(folder, 'photos'))
  for (let i = 0; i < 8; i++) {
    const samples = Uint8Array.from(wavyPatch(3, SIDE).values, (value) => Math.round(255 * value))
    await sharp(samples, { raw: { width: SIDE, height: SIDE, channels: 3 } })
      .rotate(90 * (i % 4))
      .png()
      .toFile(path.join(folder, `photos/${i}.png`))
  }
  await writeFile(path.join(folder, 'recipe.json'), JSON.stringify(recipe))
  await tf.setBackend('cpu')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Runs one of the trainers; what its run folder and its model's folder are. */
async function train(program: string, ...more: string[]): Promise<{ run: string; out: string }> {
  const [run, out] = ['run', 'out'].map((name) => path.join(folder, `${program}-${name}`))
  const args = ['--recipe', path.join(folder, 'recipe.json'), '--data', folder, '--run', run, '--out', out]
  const node = ['--node', process.execPath]
  await runFile(python, [path.join(import.meta.dirname, program), ...args, ...node, ...more])
  return { run, out }
}

describe.skipIf(!hasTorch)('training in PyTorch', { timeout: 300_000 }, () => {
  it.each(['train.py', 'train_on_gpu.py'])(
    'by %s gives a model that Limpid opens, and that learned',
    async (program) => {
      const { run, out } = await train(program)
      const history = JSON.parse(await readFile(path.join(run, 'history.json'), 'utf8'))
      expect(history.at(-1).step).toBe(60)
      // Noise of sigma 25 alone is at 20.17 dB.
      expect(history.at(-1).psnr[0]).toBeGreaterThan(20.67)
      const { model, manifest } = await loadModel(out)
      expect(manifest.id).toBe('tiny')
      const { validation } = await loadDataset(folder, recipe.data)
      const best = Math.max(...history.map(({ psnr }: { psnr: number[] }) => psnr[0]))
      const [own] = await validate(model, validation, recipe) // one of the four is grey
      if (program === 'train.py') expect(own).toBeCloseTo(best, 3)
      model.dispose()
    },
  )

  it('goes on under the recipe as it is now, and not with the run of another network', async () => {
    const file = path.join(folder, 'changed.json')
    const changed = { ...recipe, version: '1.1.0', stages: [{ steps: 62, patch: 16, batch: 4 }] }
    await writeFile(file, JSON.stringify(changed))
    const { out } = await train('train.py', '--recipe', file) // from step 60 of the run above
    const { model, manifest } = await loadModel(out)
    expect(manifest).toMatchObject({ version: '1.1.0', recipe: { stages: changed.stages } })
    model.dispose()
    await writeFile(file, JSON.stringify({ ...changed, seed: 4 }))
    await expect(train('train.py', '--recipe', file)).rejects.toThrow(/another network or seed/)
  })

  it('keeps the checkpoint before its weights became no numbers', async () => {
    const run = await mkdtemp(path.join(folder, 'diverged-'))
    const { said, step } = JSON.parse(String(tryPython(DIVERGED, [run])))
    expect(said).toMatch(/no numbers at step 8: resume with a lower learning rate/)
    expect(step).toBe(7)
  })

  it.each([
    ['cosine', [{ steps: 60 }]],
    ['none', [{ steps: 60 }]],
    ['cosine', [{ steps: 10 }, { steps: 20 }, { steps: 20, restart: 0.4 }, { steps: 10 }]],
  ] as const)('has the learning rates that Limpid has, with decay %s and stages %j', (decay, stages) => {
    const optimizer = { ...recipe.optimizer, decay }
    const args = [JSON.stringify(optimizer), JSON.stringify(stages)]
    const theirs = JSON.parse(String(tryPython(RATES, args))) as number[]
    expect(theirs.length).toBe(61)
    for (const [step, rate] of theirs.entries())
      expect(rate, `step ${step}`).toBeCloseTo(learningRate(optimizer, cyclesOf(stages), step), 12)
  })

  it('on the GPU for a given time writes the steps that it took into the recipe', async () => {
    await train('train_on_gpu.py', '--run', path.join(folder, 'timed'), '--seconds', '2')
    const taken = restorationRecipeSchema.parse(
      JSON.parse(await readFile(path.join(folder, 'timed/recipe.json'), 'utf8')),
    )
    const steps = taken.stages.reduce((sum, stage) => sum + stage.steps, 0)
    expect({ ...taken, stages: recipe.stages }).toEqual(recipe)
    const history = JSON.parse(await readFile(path.join(folder, 'timed/history.json'), 'utf8'))
    expect(history.at(-1).step).toBe(steps)
  })
})
