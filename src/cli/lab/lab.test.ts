/** `limpid lab …` with an engine that computes nothing: what is asked of it, what is said, what is refused. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LimpidError } from '../../contract/errors.ts'
import type { Surroundings } from '../context.ts'
import { runCommandLine } from '../program.ts'
import type { ErrorOutput } from '../terminal.ts'
import { FakeEngine, Recorded } from '../testing/fake-engine.ts'

let cwd: string
let engine: FakeEngine

beforeEach(() => {
  cwd = mkdtempSync(path.join(tmpdir(), 'limpid-lab-cli-'))
  mkdirSync(path.join(cwd, 'home/zoo/models/faces'), { recursive: true })
  writeFileSync(path.join(cwd, 'home/zoo/models/faces/manifest.json'), '{}')
  const item = (name: string) => ({ name, label: null })
  engine = new FakeEngine({
    rankAnomalies: async ({ normal }) => ({
      items: ['odd.png', 'plain.png'].map((name, index) => ({
        ...item(name),
        index,
        error: 0.02 - 0.01 * index,
      })),
      auroc: normal ? 0.9 + 0.01 * normal[0] : null,
    }),
    train: async ({ modelFolder }) => ({
      finished: true,
      step: 9,
      steps: 9,
      best: null,
      seconds: 3,
      model: modelFolder,
    }),
    findSimilar: async () => ({
      query: item('cat.png'),
      matches: [{ ...item('tiger.png'), index: 1, distance: 0.5 }],
    }),
    generatePictures: async () => ({ count: 2, codes: [[0], [1]], ends: null }),
  })
})
afterEach(() => rmSync(cwd, { recursive: true }))

async function lab(...args: string[]) {
  const [out, err] = [new Recorded(), new Recorded()]
  const surroundings: Surroundings = {
    cwd,
    env: {},
    home: path.join(cwd, 'home'),
    signal: new AbortController().signal,
    models: {
      find: async (id) => {
        throw new LimpidError('model-unknown', `There is no model "${id}".`)
      },
      list: async () => ({ models: [], errors: [] }),
    },
    withEngine: (_wish, work) => work(engine),
    serve: async () => {
      throw new Error('Nothing is served here.')
    },
  }
  const exitCode = await runCommandLine(['lab', ...args], out, err as unknown as ErrorOutput, surroundings)
  return { exitCode, out: out.text, err: err.text }
}

test('a model by its id in the zoo, pictures by their folder, the fit as it was said', async () => {
  const { exitCode, out } = await lab('anomaly', 'photos', '--model', 'faces', '--fit', 'crop', '--json')
  expect(exitCode).toBe(0)
  expect(engine.asked).toEqual([
    {
      kind: 'rankAnomalies',
      input: {
        folder: path.join(cwd, 'home/zoo/models/faces'),
        source: { kind: 'pictures', paths: [path.join(cwd, 'photos')], fit: 'crop' },
        path: path.join(cwd, 'anomalies.png'),
        shown: 25,
        normal: undefined,
      },
    },
  ])
  expect(JSON.parse(out)).toMatchObject({ ok: true, items: [{ name: 'odd.png' }, { name: 'plain.png' }] })
})

test('--mnist trains a model for each digit and says the mean AUROC; below the target is a failure', async () => {
  const { exitCode, out } = await lab('anomaly', '--mnist', '--data', 'data', '--json')
  const trained = engine.asked.filter(({ kind }) => kind === 'train').map(({ input }) => input)
  expect(trained).toHaveLength(10)
  expect(trained[3]).toMatchObject({
    recipe: { id: 'anomaly-digit-3', data: { digits: [3] }, architecture: { parameters: { code: 16 } } },
    data: path.join(cwd, 'data'),
  })
  const ranked = engine.asked.filter(({ kind }) => kind === 'rankAnomalies').map(({ input }) => input)
  expect(ranked[3]).toMatchObject({
    normal: [3],
    source: { kind: 'mnist', folder: path.join(cwd, 'data/mnist'), split: 'test' },
  })
  const result = JSON.parse(out)
  expect(result.mean).toBeCloseTo(0.945, 12)
  expect(result.ok).toBe(true)
  expect(exitCode).toBe(0)

  const poor = new FakeEngine({
    train: async () => ({ finished: true, step: 1, steps: 1, best: null, seconds: 1, model: '' }),
    rankAnomalies: async () => ({ items: [], auroc: 0.9 }),
  })
  engine = poor
  expect((await lab('anomaly', '--mnist', '--data', 'data')).exitCode).toBe(1)
})

test('--mnist trains by the recipe that comes with Limpid, whatever has its name in the folder', async () => {
  writeFileSync(path.join(cwd, 'dense-autoencoder'), 'a letter')
  const { exitCode, err } = await lab('anomaly', '--mnist', '--data', 'data')
  expect(exitCode, err).toBe(0)
})

test('pictures are named by file or by number', async () => {
  const { out } = await lab('similar', 'photos', '--model', 'faces', '--to', 'cat.png')
  expect(out).toContain('tiger.png')
  await lab('similar', 'photos', '--model', 'faces', '--to', '7')
  expect(engine.asked.map(({ input }) => (input as { query: unknown }).query)).toEqual([
    { kind: 'file', path: path.join(cwd, 'cat.png') },
    { kind: 'item', index: 7 },
  ])
})

test('a file that is there is not replaced unasked', async () => {
  writeFileSync(path.join(cwd, 'cat.png'), 'precious')
  const similar = ['similar', 'photos', '--model', 'faces', '--to', '7', '-o', 'cat.png']
  for (const args of [similar, ['generate', '--model', 'faces', '--out', 'cat.png']]) {
    const { exitCode, err } = await lab(...args)
    expect(exitCode).toBe(1)
    expect(err).toContain('cat.png is there already.')
    expect(engine.asked).toEqual([])
  }
  expect((await lab(...similar, '--overwrite')).exitCode).toBe(0)
  expect(engine.asked).toHaveLength(1)
})

test('a folder that is to come is made before any work; one that is there is no sheet', async () => {
  const generate = ['generate', '--model', 'faces', '--out']
  expect((await lab(...generate, 'sheets/new/faces.png')).exitCode).toBe(0)
  expect(existsSync(path.join(cwd, 'sheets/new'))).toBe(true)
  writeFileSync(path.join(cwd, 'file'), '')
  engine.asked.length = 0
  for (const args of [['sheets'], ['sheets', '--overwrite'], ['file/faces.png']]) {
    const { exitCode, out } = await lab(...generate, ...args, '--json')
    expect(exitCode).toBe(1)
    expect(JSON.parse(out)).toMatchObject({ errors: [{ code: 'file-unwritable' }] })
  }
  expect(engine.asked).toEqual([])
})

test('between two files, which are then the pictures', async () => {
  await lab('generate', '--model', 'faces', '--between', 'a.png', 'b.png', '--fit', 'resize')
  const [a, b] = ['a.png', 'b.png'].map((name) => path.join(cwd, name))
  expect(engine.asked[0].input).toMatchObject({
    what: {
      kind: 'interpolation',
      source: { kind: 'pictures', paths: [a, b], fit: 'resize' },
      from: { kind: 'file', path: a },
      to: { kind: 'file', path: b },
    },
  })
})

test('a seed is any whole number from 0; a manifold of one picture a side is none', async () => {
  await lab('generate', '--model', 'faces', '--seed', '0')
  expect(engine.asked[0].input).toMatchObject({ what: { kind: 'samples', count: 64, seed: 0 } })
  for (const [option, value, least] of [
    ['--seed', '-1', 0],
    ['--manifold', '1', 2],
    ['--steps', '1', 2],
  ] as const) {
    const { exitCode, err } = await lab('generate', '--model', 'faces', option, value)
    expect(exitCode).toBe(2)
    expect(err).toContain(`It takes a whole number from ${least} on.`)
  }
})

test('digits that tell nothing about anomalies have no AUROC, and that is said', async () => {
  engine = new FakeEngine({ rankAnomalies: async () => ({ items: [], auroc: null }) })
  const { err } = await lab('anomaly', '--mnist', '--model', 'faces', '--normal', '3', '--data', 'data')
  expect(err).toContain('There is no AUROC')
})

test.each([
  [
    ['anomaly', '--model', 'faces'],
    'No pictures are named. Name pictures or a folder of them, or say --mnist.',
  ],
  [['scatter', '', '--model', 'faces'], 'An empty name was given.'],
  [['ocr', ''], 'An empty name was given.'],
  [['similar', 'photos', '--model', 'faces', '--to', ''], 'An empty name was given to --to.'],
  [['generate', '--model', 'faces', '--between', '1', ''], 'An empty name was given to --between.'],
  [['anomaly', 'photos'], 'No model is named. Say --model'],
  [['anomaly', '--mnist', '--model', 'faces', '--normal', 'x'], '"x" is no digit.'],
  [['scatter', 'photos', '--model', 'nothing'], 'none called "nothing". Train one: `limpid zoo`'],
  [['generate', '--model', 'faces', '--between', 'a.png'], '--between takes two pictures, not 1.'],
  [['anomaly', '--mnist', '--limit', '500', '--shown', '10'], '--limit has no effect with --mnist alone'],
  [['anomaly', '--mnist', '--shown', '10'], '--shown has no effect'],
  [['anomaly', '--mnist', '--normal', '3'], '--normal has no effect'],
  [['anomaly', '--mnist', '-o', 'x.png'], '--out has no effect'],
  [['anomaly', 'photos', '--mnist'], 'Naming pictures has no effect'],
  [
    ['anomaly', 'photos', '--model', 'faces', '--normal', '3'],
    '--normal has no effect without --mnist: only its digits have labels. Leave it out.',
  ],
  [['anomaly', 'photos', '--model', 'faces', '--folder', 'x'], '--folder has no effect with --model'],
  [['scatter', 'photos', '--model', 'faces', '--limit', '100'], '--limit has no effect without --mnist'],
  [['scatter', 'photos', '--model', 'faces', '--data', 'x'], '--data has no effect without --mnist'],
  [['scatter', 'photos', '--model', 'faces', '--mnist'], 'Naming pictures has no effect with --mnist'],
  [['scatter', '--model', 'faces', '--mnist', '--fit', 'crop'], '--fit has no effect with --mnist'],
  [
    ['generate', '--model', 'faces', '--samples', '10', '--manifold', '20'],
    '--samples has no effect with --manifold',
  ],
  [['generate', '--model', 'faces', '--seed', '1', '--manifold', '20'], '--seed has no effect'],
  [['generate', '--model', 'faces', '--steps', '5'], '--steps has no effect without --between'],
  [['generate', 'photos', '--model', 'faces'], 'Naming pictures has no effect without --between'],
  [['generate', '--model', 'faces', '--seed', '2', '--between', '1', '2'], '--seed has no effect'],
  [['ocr', 'line.png', '--sigma', '60'], '--sigma has no effect on a picture'],
  [['ocr', '--truth', 'abc'], '--truth has no effect without a picture'],
])('refuses %j', async (args, message) => {
  const { exitCode, err } = await lab(...args)
  expect(exitCode).toBe(1)
  expect(err).toContain(message)
  expect(engine.asked).toEqual([])
})
