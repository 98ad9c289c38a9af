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
import { restartsOf } from '../../src/engine/training/restoration-learner.ts'
import { tinyRecipe } from '../../src/engine/training/testing/tiny-recipe.ts'
import { learningRate } from '../../src/engine/training/trainer.ts'
import { hasTorch, python, tryPython } from './testing/python.ts'

const SIDE = 64

const recipe = tinyRecipe({
  data: {
    train: ['photos'],
    pairs: [],
    syntheticShare: 0,
    validationPictures: 2,
    provenance: 'made by this test',
  },
  zoom: [1, 1.3],
  degradations: [{ kind: 'gaussian-noise', sigma: [25, 25] }],
  optimizer: { kind: 'muon', learningRate: 0.01, warmupSteps: 5, clipNorm: 1, ema: 0.9 },
  validation: { everySteps: 20, crop: 48, settings: [], sigmas: [25] },
})

const runFile = promisify(execFile)

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'limpid-train-'))
  await mkdir(path.join(folder, 'photos'))
  for (let i = 0; i < 6; i++) {
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

/** The learning rates of a recipe (standard input) at every step, one a line. */
const RATES = `
import json, types
from train import Trainer
recipe = json.load(sys.stdin)
trainer = types.SimpleNamespace(recipe=recipe, optimizer_spec=recipe["optimizer"])
trainer.steps = sum(stage["steps"] for stage in recipe["stages"])
for name in ("learning_rate", "cycle", "progress"):
    setattr(trainer, name, getattr(Trainer, name).__get__(trainer))
for trainer.step in range(trainer.steps):
    print(trainer.learning_rate())
`

it.skipIf(!hasTorch)('the learning rate in PyTorch is that of Limpid at every step, restarts and all', () => {
  const stages = [
    { steps: 40, patch: 32, batch: 2 },
    { steps: 10, patch: 48, batch: 2 },
    { steps: 30, patch: 48, batch: 2, learningRate: 0.004 },
    { steps: 20, patch: 48, batch: 2, learningRate: 0.002 },
  ]
  const output = tryPython(RATES, [], Buffer.from(JSON.stringify({ ...recipe, stages })))
  const theirs = String(output).trim().split('\n').map(Number)
  const schedule = { steps: 100, everySteps: 20, optimizer: recipe.optimizer, seed: 1 }
  const restarts = restartsOf({ stages })
  expect(restarts).toEqual([
    { step: 50, learningRate: 0.004 },
    { step: 80, learningRate: 0.002 },
  ])
  const ours = Array.from({ length: 100 }, (_, step) => learningRate({ ...schedule, restarts }, step))
  expect(theirs.length).toBe(100)
  expect(Math.max(...ours.map((rate, step) => Math.abs(rate - theirs[step])))).toBeLessThan(1e-9)
})

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
      model.dispose()
    },
  )

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
