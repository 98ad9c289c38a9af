import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RestorationRecipe, restorationRecipeSchema } from '../../src/contract/restoration-recipe.ts'
import { wavyPatch } from '../../src/engine/degradations/testing/patches.ts'
import { sharp } from '../../src/engine/imaging/libvips.ts'
import { loadModel } from '../../src/engine/models/model-file.ts'
import { random } from '../../src/engine/random.ts'
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

/**
 * Trains on the GPU by a clock of 10 steps a second, a graph taking 4 steps as it is recorded: cut at step 50, then
 * again, then again. A step computes nothing. Prints where each of the latter two ended.
 */
const CLOCKED = `
import json, os, types, torch, train_on_gpu
class Cut(Exception): pass
clock, cut = [1.0], 50
train_on_gpu.time = types.SimpleNamespace(monotonic=lambda: clock[0])
class Clocked(train_on_gpu.GpuTrainer):
    def train_step(self, x, y):
        if self.step == cut: raise Cut
        clock[0] += .1
        return torch.zeros([])
    def recorded(self, run):
        for _ in range(4): self.advance(run)
        return run
train_on_gpu.GpuTrainer = Clocked
run, ends = sys.argv[sys.argv.index("--run") + 1], []
read = lambda name: json.load(open(os.path.join(run, name)))
try: train_on_gpu.main()
except Cut: cut = None
for _ in range(2):
    train_on_gpu.main()
    stages = [stage["steps"] for stage in read("recipe.json")["stages"]]
    ends.append({"stages": stages, "history": read("history.json")})
print(json.dumps(ends))
`

/** Trains, is killed behind the first validation of trained weights, and says what the next start begins from. */
const KILLED = `
import importlib, json, torch
from network import Network
from train import Trainer
class Killed(Exception): pass
program = importlib.import_module(sys.argv.pop(1))
save = Trainer.save
def killed(trainer):
    if trainer.step > 0: raise Killed
    save(trainer)
def start(trainer):
    folder = trainer.options.run + "-untrained"
    trainer.write_untrained(folder)
    pairs = zip(trainer.network.parameters(), Network(folder).parameters(), strict=True)
    print(json.dumps({"step": trainer.step, "untrained": all(torch.equal(a, b) for a, b in pairs)}))
    raise Killed
Trainer.save = killed
for _ in range(2):
    try: program.main()
    except Killed: getattr(program, "GpuTrainer", Trainer).train = start
`

/** What the GPU's road reads: how many pictures to train on and to validate with, and the channels of the latter. */
const READ_ON_GPU = `
import json
from gpu_batches import GpuBatches, read_pictures
recipe = json.load(open(sys.argv[1]))
counts = [len(pictures) for pictures in read_pictures(sys.argv[2], recipe["data"])]
targets = [y.shape[1] for _, _, y in GpuBatches(recipe, sys.argv[2], "cpu").validation()]
print(json.dumps({"counts": counts, "targets": targets}))
`

const runFile = promisify(execFile)

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'limpid-train-'))
  await mkdir(path.join(folder, 'photos'))
  for (let i = 0; i < 8; i++) {
    const samples = wavyPatch(3, SIDE).values.map((value) => Math.round(255 * value))
    await writePicture(path.join(folder, `photos/${i}.png`), samples, 90 * (i % 4))
  }
  await writeFile(path.join(folder, 'recipe.json'), JSON.stringify(recipe))
  await tf.setBackend('cpu')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** `samples` are RGB, 0..255. */
async function writePicture(file: string, samples: Float32Array, degrees = 0): Promise<void> {
  const raw = { width: SIDE, height: SIDE, channels: 3 } as const
  await sharp(Uint8Array.from(samples), { raw }).rotate(degrees).png().toFile(file)
}

/** Runs one of the trainers; what its run folder and its model's folder are. */
async function train(program: string, ...more: string[]): Promise<{ run: string; out: string }> {
  const args = argumentsFor(program)
  await runFile(python, [path.join(import.meta.dirname, program), ...args, ...more])
  return { run: path.join(folder, `${program}-run`), out: path.join(folder, `${program}-out`) }
}

function argumentsFor(name: string): string[] {
  const [run, out] = ['run', 'out'].map((of) => path.join(folder, `${name}-${of}`))
  const args = ['--recipe', path.join(folder, 'recipe.json'), '--data', folder, '--run', run, '--out', out]
  return [...args, '--node', process.execPath]
}

/** What the program in Python writes last. */
function lastLineOf(code: string, args: string[]) {
  return JSON.parse(String(tryPython(code, args)).trimEnd().split('\n').at(-1)!)
}

/** Writes the recipe with these changes; its file. */
async function writeRecipe(name: string, changes: Partial<RestorationRecipe>): Promise<string> {
  const file = path.join(folder, `${name}.json`)
  await writeFile(file, JSON.stringify({ ...recipe, ...changes }))
  return file
}

const historyOf = async (run: string): Promise<{ step: number; psnr: number[] }[]> =>
  JSON.parse(await readFile(path.join(run, 'history.json'), 'utf8'))

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

  it.each(['train', 'train_on_gpu'])('by %s begins untrained again after it was killed early', (program) => {
    const start = lastLineOf(KILLED, [program, ...argumentsFor(`killed-${program}`)])
    expect(start).toEqual({ step: 0, untrained: true })
  })

  it('keeps the model that it began from where nothing is better', async () => {
    const init = path.join(folder, 'train.py-out')
    const optimizer = { ...recipe.optimizer, learningRate: 0.5, warmupSteps: 0 }
    const stages = [{ steps: 2, patch: 16, batch: 4 }]
    const file = await writeRecipe('init', { init, optimizer, stages })
    const [run, out] = [path.join(folder, 'init-run'), path.join(folder, 'init-out')]
    await train('train.py', '--recipe', file, '--run', run, '--out', out)
    const [start, end] = await historyOf(run)
    expect([start.step, end.step]).toEqual([0, 2])
    expect(end.psnr[0]).toBeLessThan(start.psnr[0])
    const weights = (of: string) => readFile(path.join(of, 'weights.bin'))
    expect(Buffer.compare(await weights(out), await weights(init))).toBe(0)
  })

  it.each(['train.py', 'train_on_gpu.py'])(
    'by %s trains first what a recipe starts from, once',
    async (program) => {
      const stages = [{ steps: 2, patch: 16, batch: 4 }]
      const first = await writeRecipe('first', { id: 'first', stages })
      const second = await writeRecipe('second', { id: 'second', init: first, stages })
      const folders = ['run', 'out'].map((of) => path.join(folder, `second-${program}-${of}`))
      const [run, out] = folders
      const start = () => train(program, '--recipe', second, '--run', run, '--out', out)
      await start()
      const written = path.join(run, 'init/out/manifest.json')
      const manifest = await readFile(written, 'utf8')
      expect(JSON.parse(manifest)).toMatchObject({ id: 'first', parent: null })
      expect(JSON.parse(await readFile(path.join(out, 'manifest.json'), 'utf8'))).toMatchObject({
        parent: 'first',
      })
      const { mtimeMs } = await stat(written)
      const [before, after] = await Promise.all([historyOf(path.join(run, 'init')), historyOf(run)])
      expect(after[0].psnr).toEqual([expect.closeTo(Math.max(...before.map(({ psnr }) => psnr[0])), 4)])
      await start()
      expect((await stat(written)).mtimeMs).toBe(mtimeMs)
    },
  )

  it('validates as Limpid does on pages that are grey by themselves', async () => {
    const [stained, clean] = ['image', 'clean'].map((of) => path.join(folder, 'pages', of))
    for (const of of [stained, clean]) await mkdir(of, { recursive: true })
    for (let i = 0; i < 8; i++) {
      const draw = random(i)
      const grey = wavyPatch(3, SIDE).values.map((_, at, all) => Math.round((200 - i) * all[at - (at % 3)]))
      await writePicture(path.join(clean, `${i}.png`), grey)
      await writePicture(
        path.join(stained, `${i}.png`),
        grey.map((value) => value + draw.below(50)),
      )
    }
    const data = { ...recipe.data, train: [], pairs: ['pages'] }
    const file = await writeRecipe('pages', {
      data,
      stages: [{ steps: 2, patch: 16, batch: 4 }],
      validation: { ...recipe.validation, sigmas: [] },
    })
    const [run, out] = [path.join(folder, 'pages-run'), path.join(folder, 'pages-out')]
    await train('train.py', '--recipe', file, '--run', run, '--out', out)
    const { model } = await loadModel(out)
    const { validation } = await loadDataset(folder, data)
    const [own] = await validate(model, validation, {
      ...recipe,
      data,
      validation: { ...recipe.validation, sigmas: [] },
    })
    model.dispose()
    expect((await historyOf(run)).at(-1)!.psnr[0]).toBeCloseTo(own, 3)
  })

  it('on the GPU validates so too, and trains on no copy of a validation picture', async () => {
    await cp(path.join(folder, 'photos'), path.join(folder, 'copied'), { recursive: true })
    await cp(path.join(folder, 'photos/1.png'), path.join(folder, 'copied/0.png'))
    const file = await writeRecipe('copied', { data: { ...recipe.data, train: ['copied'] } })
    const { counts, targets } = lastLineOf(READ_ON_GPU, [file, folder])
    expect({ counts, targets }).toEqual({ counts: [3, 4], targets: [3, 3, 3, 1] })
  })

  it('on the GPU goes on within its time after it was cut, and ends once', () => {
    const [second, third] = lastLineOf(CLOCKED, [...argumentsFor('clocked'), '--seconds', '8'])
    const { stages, history } = second as {
      stages: number[]
      history: { step: number; learningRate: number }[]
    }
    const steps = history.at(-1)!.step
    expect(stages.length).toBe(2)
    expect(stages[0] + stages[1]).toBe(steps)
    // 8 s, up to two more before the clock is read, and what recording takes.
    expect(steps).toBeGreaterThanOrEqual(80)
    expect(steps).toBeLessThanOrEqual(80 + 20 + 3 * 4)
    const rates = history.slice(1).map(({ learningRate }) => learningRate)
    expect(rates).toEqual([...rates].sort((a, b) => b - a))
    expect(third).toEqual(second)
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
