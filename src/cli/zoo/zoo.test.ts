/** `limpid zoo` with an engine that computes nothing. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
  cwd = mkdtempSync(path.join(tmpdir(), 'limpid-zoo-cli-'))
  engine = new FakeEngine({
    async train({ recipe, runFolder, modelFolder }) {
      if (recipe.id === 'sparse-autoencoder') throw new LimpidError('data-missing', 'No digits.')
      const history = [1, 2].map((step) => ({
        step,
        loss: 1,
        learningRate: 1,
        figures: { 'validation loss': 1 },
      }))
      mkdirSync(runFolder, { recursive: true })
      writeFileSync(path.join(runFolder, 'run.json'), JSON.stringify({ history }))
      return { finished: true, step: 2, steps: 2, best: null, seconds: 61.4, model: modelFolder }
    },
    measure: async () => ({ figures: { MSE: 0.004, 'PSNR (dB)': 24 }, count: 5000, parameterCount: 101200 }),
    reconstruct: async ({ path }) => ({ path }),
    drawChart: async ({ path }) => ({ path }),
    warmup: async () => ({ name: 'tensorflow', device: 'CPU', passedOver: [] }),
  })
})
afterEach(() => rmSync(cwd, { recursive: true }))

async function zoo(...args: string[]) {
  const [out, err] = [new Recorded(), new Recorded()]
  const surroundings = {
    cwd,
    env: {},
    home: path.join(cwd, 'home'),
    signal: new AbortController().signal,
    withEngine: (_: unknown, work: (engine: FakeEngine) => Promise<unknown>) => work(engine),
  } as unknown as Surroundings
  const errorOutput = err as unknown as ErrorOutput
  const exitCode = await runCommandLine(['zoo', ...args], out, errorOutput, surroundings)
  const table = () => readFileSync(path.join(cwd, 'home/zoo/ZOO.md'), 'utf8')
  return { exitCode, out: out.text, err: err.text, table }
}
const trained = () => engine.asked.filter(({ kind }) => kind === 'train').length

test('trains, measures, draws and writes the table; what is there already is left alone', async () => {
  const { exitCode, table } = await zoo('--only', 'dense-autoencoder')
  expect(exitCode).toBe(0)
  expect(table()).toContain('| Dense autoencoder | 101200 | 61 | 2 | MSE 0.004 | ≤ 0.0045 | yes |')
  expect(table()).toContain('not trained yet')
  expect(engine.asked.map(({ kind }) => kind)).toContain('reconstruct')
  await zoo('--only', 'dense-autoencoder')
  expect(trained()).toBe(1)
  await zoo('--only', 'dense-autoencoder', '--again')
  expect(trained()).toBe(2)
})

test('trains by the recipes that come with Limpid, whatever has their names in the folder', async () => {
  writeFileSync(path.join(cwd, 'dense-autoencoder'), 'a letter')
  const { exitCode, err } = await zoo('--only', 'dense-autoencoder')
  expect(exitCode, err).toBe(0)
})

test('goes on with the others where one fails, and says so', async () => {
  const { exitCode, err, table } = await zoo('--only', 'sparse-autoencoder', 'dense-autoencoder')
  expect(exitCode).toBe(1)
  expect(err).toContain('No digits.')
  expect(table()).toContain('| Dense autoencoder | 101200 |')
})

test('PCA and the linear autoencoder are trained at every code size', async () => {
  const { table } = await zoo('--only', 'pca')
  const sizes = engine.asked.flatMap(({ kind, input }) =>
    kind === 'train'
      ? [(input as { recipe: { architecture: { parameters: { code: number } } } }).recipe.architecture]
      : [],
  )
  expect(sizes.map(({ parameters }) => parameters.code)).toEqual([16, 2, 4, 8, 32, 64])
  const charts = engine.asked.filter(({ kind }) => kind === 'drawChart')
  expect(charts.at(-1)?.input).toMatchObject({
    series: [{ name: 'PCA', points: [2, 4, 8, 16, 32, 64].map((size) => [size, 0.004]) }],
  })
  expect(table()).toContain(`| PCA |${' 0.004 |'.repeat(6)}\n| Linear autoencoder |  |`)
})

test('a table that is there is replaced where it is named and there are results, nowhere else', async () => {
  const shipped = path.join(cwd, 'ZOO.md')
  writeFileSync(shipped, 'seventeen systems')
  const failed = await zoo('--only', 'sparse-autoencoder', '--out', 'ZOO.md', '--json')
  expect(readFileSync(shipped, 'utf8')).toBe('seventeen systems')
  expect(JSON.parse(failed.out)).toMatchObject({ ok: false, table: null })
  const { out, table } = await zoo('--only', 'dense-autoencoder')
  expect(readFileSync(shipped, 'utf8')).toBe('seventeen systems')
  expect(out).toContain(path.join(cwd, 'home/zoo/ZOO.md'))
  expect(table()).toContain('    npm run --silent limpid -- zoo\n')
  await zoo('--only', 'dense-autoencoder', '--out', 'ZOO.md')
  expect(readFileSync(shipped, 'utf8')).toContain('    npm run --silent limpid -- zoo --out ZOO.md\n')
})

test('the table tells the command that writes it where it is, without a place of this machine alone', async () => {
  const written = async (out: string) => {
    await zoo('--only', 'dense-autoencoder', '--out', out)
    return readFileSync(path.resolve(cwd, out), 'utf8')
  }
  const command = '    npm run --silent limpid -- zoo'
  expect(await written('tables/ZOO.md')).toContain(`${command} --out tables/ZOO.md\n`)
  expect(await written(path.join(cwd, 'there.md'))).toContain(`${command}\n`)
})

test('the folder of the table is made before any work; a folder is no table', async () => {
  const { exitCode, out } = await zoo('--only', 'dense-autoencoder', '--out', 'tables/new/ZOO.md')
  expect(exitCode).toBe(0)
  expect(out).toContain(path.join(cwd, 'tables/new/ZOO.md'))
  engine.asked.length = 0
  const refused = await zoo('--only', 'pca', '--out', 'tables')
  expect(refused).toMatchObject({ exitCode: 1, err: expect.stringContaining('tables is a folder.') })
  expect(engine.asked).toEqual([])
})

test('a system that is none is refused', async () => {
  expect(await zoo('--only', 'dense')).toMatchObject({
    exitCode: 1,
    err: expect.stringContaining('dense-autoencoder'),
  })
})
