import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { type Recipe, recipeSchema } from '../../contract/recipe.ts'
import { commandLine } from '../testing/command-line.ts'
import { FakeEngine } from '../testing/fake-engine.ts'
import { verdict, withLearningRate } from './train.ts'

const cli = commandLine()
const { limpid } = cli

const shipped = (name: string): Recipe =>
  recipeSchema.parse(
    JSON.parse(readFileSync(path.join(import.meta.dirname, `../../../recipes/${name}.json`), 'utf8')),
  )

test('a learning rate takes the place of the recipe’s, whatever kind of recipe it is', () => {
  expect(withLearningRate(shipped('denoise-fast'), 1e-5)).toMatchObject({
    optimizer: { learningRate: 1e-5, kind: 'muon' },
  })
  expect(withLearningRate(shipped('zoo/dense-autoencoder'), 1e-5)).toMatchObject({
    training: { optimizer: { learningRate: 1e-5 }, batch: 256 },
  })
  const before = shipped('zoo/pca')
  expect(withLearningRate(before, undefined)).toBe(before)
  expect(() => withLearningRate(before, 1e-5)).toThrow('computed, not learned')
})

test('the verdict on a fine-tuning says where it started', () => {
  const at = (step: number, psnr: number) => ({ step, score: psnr, figures: { PSNR: psnr } })
  expect(verdict(at(40, 31.5))).toBe('Best at step 40: PSNR 31.5.')
  expect(verdict(at(0, 31.5))).toBe('Validated: PSNR 31.5.')
  expect(verdict(at(40, 31.5), at(0, 31))).toBe('Best at step 40: PSNR 31.5; it started from PSNR 31.')
  expect(verdict(at(0, 31), at(0, 31))).toBe(
    'It never got better than what it started from (PSNR 31): that is kept.',
  )
})

describe('train', () => {
  const recipe = JSON.parse(
    readFileSync(path.join(import.meta.dirname, '../../../recipes/denoise-fast.json'), 'utf8'),
  )
  const best = { step: 5, score: 30.1, figures: { 'PSNR at σ 25 (dB)': 30.1 } }
  const finished = { finished: true, step: 10, steps: 10, best, seconds: 1, model: '/m' }

  beforeEach(() => {
    mkdirSync(path.join(cli.cwd, 'data'))
    writeFileSync(path.join(cli.cwd, 'recipe.json'), JSON.stringify(recipe))
  })

  test('keeps run and model in the data home unless told otherwise', async () => {
    cli.engine = new FakeEngine({ train: async () => finished })
    const { exitCode, out } = await limpid('train', 'recipe.json', '--data', 'data')
    expect(exitCode).toBe(0)
    expect(out).toBe(`${path.join(cli.cwd, 'home/models/denoise-fast')}\n`)
    await limpid('train', 'recipe.json', '--data', 'data', '--run', 'r', '--out', 'm')
    expect(cli.engine.asked.map(({ input }) => input)).toMatchObject([
      { data: path.join(cli.cwd, 'data'), runFolder: path.join(cli.cwd, 'home/runs/denoise-fast') },
      { runFolder: path.join(cli.cwd, 'r'), modelFolder: path.join(cli.cwd, 'm') },
    ])
  })

  test('says loss, learning rate, speed and PSNR on stderr', async () => {
    const training = {
      step: 5,
      steps: 10,
      loss: 0.0213,
      learningRate: 1e-3,
      pixelsPerSecond: 212_000,
      figures: { 'PSNR at σ 15 (dB)': 33.1, 'PSNR at σ 25 (dB)': 30.1 },
      samples: null,
    }
    cli.engine = new FakeEngine({
      async train(_, { onProgress }) {
        onProgress?.({ done: 0.5, label: 'Training', remainingMs: 1000, training })
        return finished
      },
    })
    const { err } = await limpid('train', 'recipe.json', '--data', 'data')
    expect(err).toContain(
      'step 5 of 10, loss 0.0213, learning rate 1.0e-3, 212 kpx/s; PSNR at σ 15 (dB) 33.1, PSNR at σ 25 (dB) 30.1',
    )
  })

  test('of a model that is computed says its figures alone', async () => {
    const figures = { 'validation loss': 0.027 }
    const training = { step: 0, steps: 0, loss: 0, learningRate: 1e-3, pixelsPerSecond: 0, figures }
    cli.engine = new FakeEngine({
      async train(_, { onProgress }) {
        const label = 'Training pca'
        onProgress?.({ done: 1, label, remainingMs: 0, training: { ...training, samples: null } })
        return { ...finished, step: 0, steps: 0 }
      },
    })
    const { err } = await limpid('train', 'pca', '--data', 'data')
    expect(err).toContain('Training pca; validation loss 0.027\n')
    expect(err).not.toContain('step 0 of 0')
  })

  test.each([
    ['a field of the wrong kind', { ...recipe, loss: 'l7' }, 'loss'],
    [
      'a field deep inside',
      { ...recipe, optimizer: { ...recipe.optimizer, clipNorm: -1 } },
      'optimizer.clipNorm',
    ],
    ['a field that does not exist', { ...recipe, lerning: 1 }, 'lerning'],
  ])('a recipe with %s is refused, and the field is named', async (_, wrong, field) => {
    writeFileSync(path.join(cli.cwd, 'recipe.json'), JSON.stringify(wrong))
    const { exitCode, json } = await limpid('train', 'recipe.json', '--data', 'data', '--json')
    expect(exitCode).toBe(1)
    expect(json().errors).toMatchObject([{ code: 'recipe-invalid', message: expect.stringContaining(field) }])
  })

  test('takes the recipe that comes with Limpid where a folder, as of its own model, has the name', async () => {
    cli.engine = new FakeEngine({ train: async () => finished })
    for (const name of ['unet-people', 'denoise-fast']) {
      mkdirSync(path.join(cli.cwd, name))
      const { exitCode, err } = await limpid('train', name, '--data', 'data', '--out', name)
      expect(exitCode, err).toBe(0)
      expect(cli.engine.asked.at(-1)!.input).toMatchObject({ recipe: { id: name } })
    }
  })

  describe('of a recipe that starts from another one', () => {
    const write = (name: string, changes: object) =>
      writeFileSync(path.join(cli.cwd, name), JSON.stringify({ ...recipe, ...changes }))
    const asked = () => cli.engine.asked.map(({ input }) => input)
    const at = (...folders: string[]) => path.join(cli.cwd, 'r', ...folders)
    const model = (...folders: string[]) => at(...folders, 'init', 'model')
    const train = (...more: string[]) =>
      limpid('train', 'third.json', '--data', 'data', '--run', 'r', '--out', 'm', '--json', ...more)

    beforeEach(() => {
      write('first.json', { id: 'first', init: undefined })
      write('second.json', { id: 'second', init: 'first.json' })
      write('third.json', { id: 'third', init: 'second.json' })
      cli.engine = new FakeEngine({
        async train({ modelFolder }) {
          mkdirSync(modelFolder, { recursive: true })
          writeFileSync(path.join(modelFolder, 'manifest.json'), '{}')
          return { ...finished, model: modelFolder }
        },
      })
    })

    test('trains that first, inside its own run, and once', async () => {
      expect((await train()).exitCode).toBe(0)
      expect(asked()).toMatchObject([
        { recipe: { id: 'first' }, runFolder: at('init', 'init'), modelFolder: model('init') },
        { recipe: { id: 'second' }, init: model('init'), runFolder: at('init'), modelFolder: model() },
        { recipe: { id: 'third' }, init: model(), runFolder: at(), modelFolder: path.join(cli.cwd, 'm') },
      ])
      expect(asked()[0]).not.toHaveProperty('init', expect.anything())
      cli.engine.asked.length = 0
      await train()
      expect(asked()).toMatchObject([{ recipe: { id: 'third' }, init: model() }])
    })

    test('goes on where it stands, whatever became of that', async () => {
      mkdirSync(at())
      writeFileSync(at('run.json'), '{}')
      await train()
      expect(asked()).toMatchObject([{ recipe: { id: 'third' } }])
    })

    test('is not begun where that was stopped, or is to train no further', async () => {
      await train('--finish')
      expect(asked()).toMatchObject([{ recipe: { id: 'third' }, finishNow: true }])
      cli.engine = new FakeEngine({
        async train() {
          cli.interruption.abort()
          return { ...finished, finished: false, model: null }
        },
      })
      write('third.json', { id: 'third', init: 'second.json', seed: 5 })
      const { exitCode, json } = await limpid(
        ...['train', 'third.json', '--data', 'data', '--run', 'other', '--json'],
      )
      expect(exitCode).toBe(130)
      expect(json().errors).toMatchObject([{ code: 'cancelled', hint: expect.stringContaining('goes on') }])
      expect(asked()).toMatchObject([{ recipe: { id: 'first' } }])
    })

    test('and that from it is refused before anything is trained', async () => {
      write('first.json', { id: 'first', init: 'third.json' })
      const { exitCode, json } = await train()
      expect(exitCode).toBe(1)
      const message = expect.stringContaining('starts from itself')
      expect(json().errors).toMatchObject([{ code: 'recipe-invalid', message }])
      expect(asked()).toEqual([])
    })
  })

  test('a model to start from is looked for below the folder that is worked in, then in the project', async () => {
    cli.engine = new FakeEngine({ train: async () => finished })
    const init = 'models/denoise-best'
    const starts = async () => {
      writeFileSync(path.join(cli.cwd, 'recipe.json'), JSON.stringify({ ...recipe, init }))
      await limpid('train', 'recipe.json', '--data', 'data')
      return (cli.engine.asked.at(-1)!.input as { init: string }).init
    }
    expect(await starts()).toBe(path.join(import.meta.dirname, '../../..', init))
    mkdirSync(path.join(cli.cwd, init), { recursive: true })
    expect(await starts()).toBe(path.join(cli.cwd, init))
  })

  test.each([
    ['a recipe that is no JSON', ['train', 'data/../text.json', '--data', 'data'], 'recipe-invalid'],
    ['a recipe that is not there', ['train', 'none.json', '--data', 'data'], 'file-not-found'],
    ['data that is not there', ['train', 'recipe.json', '--data', 'nowhere'], 'data-missing'],
  ])('%s is a clear error', async (_, args, code) => {
    writeFileSync(path.join(cli.cwd, 'text.json'), 'steps: 5')
    const { exitCode, json } = await limpid(...args, '--json')
    expect(exitCode).toBe(1)
    expect(json().errors).toMatchObject([{ code }])
  })

  test('Ctrl-C keeps a checkpoint and says how to go on', async () => {
    cli.engine = new FakeEngine({
      async train() {
        cli.interruption.abort()
        return { ...finished, finished: false, step: 4, model: null }
      },
    })
    const { exitCode, err } = await limpid('train', 'recipe.json', '--data', 'data')
    expect(exitCode).toBe(130)
    expect(err).toContain('Stopped after step 4 of 10')
    expect(err).toContain('same command')
  })
})
