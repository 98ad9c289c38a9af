/**
 * The command line as a person runs it: its own process, the real engine, real files. The model is a tiny one that
 * the first test trains, so that none needs to be shipped.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { photoLikePicture } from '../../test/fixtures/pictures.ts'

const MINUTE_MS = 60_000
/** Starting an engine takes seconds, on a busy machine many. */
const SLOW = { timeout: 3 * MINUTE_MS }

const RECIPE = {
  id: 'tiny',
  version: '1.0.0',
  title: 'Tiny',
  task: 'denoise',
  licence: 'MIT',
  architecture: { name: 'restoration-unet', parameters: { channels: [8], blocks: [1] } },
  data: { train: ['clean'], validationPictures: 1, provenance: 'Made by the test.' },
  greyShare: 0.25,
  degradations: [{ kind: 'gaussian-noise', sigma: [0, 55] }],
  loss: 'l1',
  optimizer: { kind: 'adam', learningRate: 1e-3, warmupSteps: 1, clipNorm: 1 },
  stages: [{ steps: 6, patch: 32, batch: 2 }],
  validation: { everySteps: 3, crop: 64, sigmas: [25] },
  seed: 1,
}

let home: string
let folder: string

beforeAll(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'limpid-home-'))
  mkdirSync(path.join(home, 'data/clean'), { recursive: true })
  for (let seed = 1; seed <= 5; seed++)
    await writePicture(path.join(home, `data/clean/${seed}.png`), 96, 80, seed)
  writeFileSync(path.join(home, 'tiny.json'), JSON.stringify(RECIPE))
  const { exitCode, json, err } = await limpid('train', 'tiny.json', '--data', 'data', '--json').in(home)
  expect(exitCode, err).toBe(0)
  expect(json()).toMatchObject({ ok: true, finished: true, step: 6, model: path.join(home, 'models/tiny') })
}, 3 * MINUTE_MS)
afterAll(() => rmSync(home, { recursive: true }))

afterEach(() => rmSync(folder, { recursive: true, force: true }))

function pictureFolder(): string {
  folder = mkdtempSync(path.join(tmpdir(), 'limpid-pictures-'))
  return folder
}

async function writePicture(file: string, width: number, height: number, seed = 1): Promise<void> {
  const { samples } = photoLikePicture(width, height, 3, 8, seed)
  await sharp(samples, { raw: { width, height, channels: 3 } }).toFile(file)
}

/** Runs the command line in a folder, in a process group of its own as a terminal does. */
function limpid(...args: string[]) {
  return {
    async in(cwd: string, meanwhile: (child: ChildProcess, err: () => string) => void = () => {}) {
      const main = path.join(import.meta.dirname, 'main.ts')
      const env = { ...process.env, LIMPID_HOME: home }
      const child = spawn(process.execPath, [main, ...args], { cwd, env, detached: true })
      let out = ''
      let err = ''
      child.stdout.on('data', (chunk) => {
        out += chunk
      })
      child.stderr.on('data', (chunk) => {
        err += chunk
      })
      meanwhile(child, () => err)
      const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve))
      return { exitCode, out, err, json: () => JSON.parse(out) }
    },
  }
}

test('good and bad files in one call: the good are done, the bad told apart', SLOW, async () => {
  const cwd = pictureFolder()
  await writePicture(path.join(cwd, 'photo.jpg'), 200, 150)
  await writePicture(path.join(cwd, 'thin.png'), 3, 400)
  await writePicture(path.join(cwd, 'dot.png'), 1, 1)
  writeFileSync(path.join(cwd, 'cut.jpg'), readFileSync(path.join(cwd, 'photo.jpg')).subarray(0, 1500))
  writeFileSync(path.join(cwd, 'empty.png'), '')
  writeFileSync(path.join(cwd, 'letter.png'), 'Dear Ada,')
  const files = ['cut.jpg', 'photo.jpg', 'empty.png', 'thin.png', 'letter.png', 'gone.png', 'dot.png']
  const { exitCode, out, err, json } = await limpid(
    'denoise',
    ...files,
    '--model',
    'tiny',
    '--backend',
    'wasm',
    '--json',
  ).in(cwd)
  expect(exitCode).toBe(1)
  expect(out).toMatch(/^\{[^\n]*\}\n$/)
  const { results, errors } = json()
  const sizes = results.map(({ output }: { output: string }) => sharp(output).metadata())
  expect(await Promise.all(sizes)).toMatchObject([
    { format: 'jpeg', width: 200, height: 150 },
    { format: 'png', width: 3, height: 400 },
    { format: 'png', width: 1, height: 1 },
  ])
  const told = Object.fromEntries(
    errors.map(({ file, code }: { file: string; code: string }) => [path.basename(file), code]),
  )
  expect(told).toEqual({
    'cut.jpg': 'picture-damaged',
    'empty.png': 'not-a-picture',
    'letter.png': 'not-a-picture',
    'gone.png': 'file-not-found',
  })
  expect(err.match(/^limpid: /gm)).toHaveLength(4)
  expect(err).not.toMatch(/^\s+at /m)
})

test('a result that is there is kept, unless --overwrite says otherwise', SLOW, async () => {
  const cwd = pictureFolder()
  await writePicture(path.join(cwd, 'photo.png'), 64, 48)
  writeFileSync(path.join(cwd, 'photo-limpid.png'), 'precious')
  const args = ['denoise', 'photo.png', '--model', 'tiny', '--backend', 'wasm']
  const refused = await limpid(...args).in(cwd)
  expect(refused.exitCode).toBe(1)
  expect(refused.err).toContain('photo-limpid.png')
  expect(readFileSync(path.join(cwd, 'photo-limpid.png'), 'utf8')).toBe('precious')

  const done = await limpid(...args, '--overwrite').in(cwd)
  expect(done).toMatchObject({ exitCode: 0, out: `${path.join(cwd, 'photo-limpid.png')}\n` })
  expect((await sharp(path.join(cwd, 'photo-limpid.png')).metadata()).width).toBe(64)
})

describe('Ctrl-C', () => {
  test.each([
    [
      'as a terminal sends it: to every process',
      (child: ChildProcess) => process.kill(-child.pid!, 'SIGINT'),
    ],
    ['passed on by the process above', (child: ChildProcess) => child.kill('SIGINT')],
  ])('%s: what is done stays, nothing half-done does, exit code 130', SLOW, async (_, interrupt) => {
    const cwd = pictureFolder()
    await writePicture(path.join(cwd, 'a.png'), 32, 32)
    // Minutes of work for this backend.
    await writePicture(path.join(cwd, 'b.png'), 2600, 2000)
    const args = ['a.png', 'b.png', '-o', 'out', '--model', 'tiny', '--backend', 'cpu', '--json']
    const { exitCode, json } = await limpid('denoise', ...args).in(cwd, (child, err) => {
      const timer = setInterval(() => {
        if (!err().includes('a.png →')) return
        clearInterval(timer)
        setTimeout(() => interrupt(child), 1000)
      }, 50)
    })
    expect(exitCode).toBe(130)
    expect(json()).toMatchObject({ ok: false, results: [{ output: path.join(cwd, 'out/a.png') }] })
    expect(json().errors).toMatchObject([{ code: 'cancelled' }])
    expect(readdirSync(path.join(cwd, 'out'))).toEqual(['a.png'])
  })

  test('training keeps a checkpoint, and the same command finishes the run', SLOW, async () => {
    const cwd = pictureFolder()
    const long = {
      ...RECIPE,
      id: 'long',
      stages: [{ steps: 400, patch: 32, batch: 2 }],
      validation: { ...RECIPE.validation, everySteps: 50 },
    }
    writeFileSync(path.join(cwd, 'long.json'), JSON.stringify(long))
    const args = ['train', 'long.json', '--data', path.join(home, 'data'), '--run', 'run', '--out', 'model']
    const stopped = await limpid(...args, '--json').in(cwd, (child, err) => {
      const timer = setInterval(() => {
        if (!err().includes('step 50 of 400')) return
        clearInterval(timer)
        process.kill(-child.pid!, 'SIGINT')
      }, 20)
    })
    expect(stopped.exitCode, stopped.err).toBe(130)
    expect(stopped.err).toContain('same command')
    const { step } = stopped.json()
    expect(step).toBeGreaterThanOrEqual(50)
    expect(step).toBeLessThan(400)
    expect(existsSync(path.join(cwd, 'model'))).toBe(false)

    const finished = await limpid(...args, '--json').in(cwd)
    expect(finished.json()).toMatchObject({ ok: true, finished: true, step: 400 })
    expect(finished.err).not.toMatch(/^step 50 of/m)
    expect(existsSync(path.join(cwd, 'model/manifest.json'))).toBe(true)
  })
})

test('evaluate measures the model on the backend that was asked for', SLOW, async () => {
  const args = [
    'evaluate',
    'denoise',
    '--data',
    'data/clean',
    '--sigma',
    '25',
    '--model',
    'tiny',
    '--limit',
    '2',
  ]
  const { exitCode, json } = await limpid(...args, '--backend', 'wasm', '--json').in(home)
  expect(exitCode).toBe(0)
  const report = json()
  expect(report).toMatchObject({
    ok: true,
    task: 'denoise',
    model: 'tiny',
    backend: 'wasm',
    count: 2,
    sigma: 25,
  })
  // Noise of 25/255 is 20.17 dB.
  expect(report.inputPsnr).toBeGreaterThan(19.9)
  expect(report.inputPsnr).toBeLessThan(20.5)
  for (const key of ['psnr', 'ssim', 'seconds', 'megapixels']) expect(report[key], key).toBeGreaterThan(0)
})

test('a stdout that closes early is no error', SLOW, async () => {
  const { err } = await limpid('models', 'list').in(home, (child) => child.stdout!.destroy())
  expect(err).toBe('')
})
