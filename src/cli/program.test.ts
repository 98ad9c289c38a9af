/** The command line with an engine that computes nothing: what is said where, and the exit codes. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { LimpidError } from '../contract/errors.ts'
import type { ModelSummary } from '../contract/model.ts'
import type { EngineWish, Surroundings } from './context.ts'
import { runCommandLine } from './program.ts'
import type { ErrorOutput } from './terminal.ts'
import { FakeEngine, Recorded, writePictures } from './testing/fake-engine.ts'

const MODEL: ModelSummary = {
  id: 'denoise-fast',
  version: '1.0.0',
  title: 'Denoise, fast',
  task: 'denoise',
  architecture: { name: 'restoration-unet', parameters: { channels: [48, 72, 96] } },
  parameterCount: 880_000,
  megaMacsPerPixel: 0.052,
  sizeMultiple: 8,
  receptiveFieldRadius: 60,
  provenance: 'BSDS500',
  licence: 'MIT',
  parent: null,
  quality: [{ what: 'CBSD68, sigma 25', value: 30.93, unit: 'dB', command: 'limpid evaluate …' }],
  created: '2026-11-21',
  folder: '/models/denoise-fast',
  shipped: true,
}

const modelOf = (id: string, task: ModelSummary['task'], scale?: ModelSummary['scale']): ModelSummary => ({
  ...MODEL,
  id,
  task,
  scale,
  folder: `/models/${id}`,
})
/** What is installed; tests add to it. */
let models: ModelSummary[]
let cwd: string
let engine: FakeEngine
let wishes: EngineWish[]
let openEngines: number
let interruption: AbortController

beforeEach(() => {
  cwd = mkdtempSync(path.join(tmpdir(), 'limpid-cli-'))
  engine = new FakeEngine()
  models = [MODEL]
  wishes = []
  openEngines = 0
  interruption = new AbortController()
})
afterEach(() => rmSync(cwd, { recursive: true }))

async function limpid(...args: string[]) {
  const out = new Recorded()
  const err = new Recorded()
  const surroundings: Surroundings = {
    cwd,
    env: {},
    home: path.join(cwd, 'home'),
    signal: interruption.signal,
    models: {
      async find(id) {
        const found = models.find((model) => model.id === id)
        if (found) return found
        throw new LimpidError('model-unknown', `There is no model "${id}".`, {
          hint: 'There is denoise-fast.',
        })
      },
      list: async () => ({ models, errors: [] }),
    },
    async withEngine(wish, work) {
      wishes.push(wish)
      engine.onBackend = wish.onBackend
      openEngines++
      try {
        return await work(engine)
      } finally {
        openEngines--
      }
    },
    serve: async ({ port = 1234, files }) => ({
      url: `http://127.0.0.1:${port}/?token=t`,
      errors: files.map((file) => ({
        code: 'file-not-found' as const,
        message: `${file} is not there.`,
        file,
      })),
      close: async () => {},
    }),
  }
  const exitCode = await runCommandLine(args, out, err as unknown as ErrorOutput, surroundings)
  expect(openEngines, 'engines left behind').toBe(0)
  return { exitCode, out: out.text, err: err.text, json: () => onlyJson(out.text) }
}

/** The one JSON object on a stdout that holds nothing else. */
function onlyJson(out: string) {
  expect(out).toMatch(/^\{[^\n]*\}\n$/)
  return JSON.parse(out)
}

describe('denoise', () => {
  test('writes beside the original and prints where; the rest goes to stderr', async () => {
    const [photo] = await writePictures(cwd, ['photo.jpg'])
    const { exitCode, out, err } = await limpid('denoise', 'photo.jpg')
    expect(exitCode).toBe(0)
    expect(out).toBe(`${path.join(cwd, 'photo-limpid.jpg')}\n`)
    expect(err).toMatch(/photo\.jpg.*12\.0 MP.*fake/)
    expect(readFileSync(photo!, 'utf8')).toBe('photo.jpg')
    expect(existsSync(path.join(cwd, 'photo-limpid.jpg'))).toBe(true)
  })

  test('passes its options on to the engine', async () => {
    await writePictures(cwd, ['photo.jpg'])
    const options = [
      '--strength',
      '0.4',
      '--format',
      'webp',
      '--quality',
      '80',
      '--overwrite',
      '--backend',
      'wasm',
    ]
    await limpid('denoise', 'photo.jpg', ...options)
    expect(wishes).toMatchObject([{ backend: 'wasm' }])
    expect(engine.asked[0]?.input).toEqual({
      path: path.join(cwd, 'photo.jpg'),
      steps: [{ task: 'denoise', folder: MODEL.folder, strength: 0.4 }],
      target: { path: path.join(cwd, 'photo-limpid.webp'), format: 'webp', quality: 80, overwrite: true },
    })
  })

  test('bad files cost one line each, the others are done, and the exit code tells', async () => {
    await writePictures(cwd, ['a.png', 'bad.png', 'crash.png', 'z.png'])
    const { exitCode, out, err } = await limpid(
      'denoise',
      'a.png',
      'bad.png',
      'missing.png',
      'crash.png',
      'z.png',
    )
    expect(exitCode).toBe(1)
    expect(
      out
        .split('\n')
        .filter(Boolean)
        .map((line) => path.basename(line)),
    ).toEqual(['a-limpid.png', 'z-limpid.png'])
    const complaints = err.split('\n').filter((line) => line.startsWith('limpid: '))
    expect(complaints).toHaveLength(3)
    expect(complaints).toContain('limpid: bad.png failed. Try another.')
    expect(complaints.join()).toContain('missing.png is not there.')
    expect(err).not.toMatch(/\bat .*\.ts:\d+/)
  })

  test('--json: one object and nothing else on stdout, with what went well and what did not', async () => {
    await writePictures(cwd, ['a.png', 'bad.png'])
    const { exitCode, json } = await limpid('denoise', '--json', 'a.png', 'bad.png')
    expect(exitCode).toBe(1)
    expect(json()).toMatchObject({
      ok: false,
      results: [
        {
          input: path.join(cwd, 'a.png'),
          output: path.join(cwd, 'a-limpid.png'),
          bytes: 5,
          seconds: 2,
          notes: [],
          noise: { sigma: 12.3 },
        },
      ],
      errors: [{ code: 'not-a-picture', file: path.join(cwd, 'bad.png') }],
    })
  })

  test('a folder keeps its shape in the output folder, and its earlier results are left out', async () => {
    mkdirSync(path.join(cwd, 'in/may'), { recursive: true })
    await writePictures(path.join(cwd, 'in'), ['a.png', 'a-limpid.png', 'note.txt'])
    await writePictures(path.join(cwd, 'in/may'), ['a.png'])
    const { exitCode, err } = await limpid('denoise', 'in', '-o', 'out')
    expect(exitCode).toBe(0)
    expect(existsSync(path.join(cwd, 'out/a.png'))).toBe(true)
    expect(existsSync(path.join(cwd, 'out/may/a.png'))).toBe(true)
    expect(engine.asked).toHaveLength(2)
    expect(err).toContain('1 earlier result')
  })

  test('a folder without pictures is an error that names it', async () => {
    mkdirSync(path.join(cwd, 'empty'))
    const { exitCode, err } = await limpid('denoise', 'empty')
    expect(exitCode).toBe(1)
    expect(err).toContain(path.join(cwd, 'empty'))
    expect(engine.asked).toEqual([])
  })

  test('two inputs never get the same output, not even with --overwrite', async () => {
    mkdirSync(path.join(cwd, 'x'))
    mkdirSync(path.join(cwd, 'y'))
    await writePictures(path.join(cwd, 'x'), ['a.png'])
    await writePictures(path.join(cwd, 'y'), ['a.png'])
    const { json } = await limpid('denoise', 'x/a.png', 'y/a.png', '-o', 'out', '--overwrite', '--json')
    const { results, errors } = json()
    expect(results).toHaveLength(1)
    expect(errors).toMatchObject([{ code: 'file-exists', file: path.join(cwd, 'y/a.png') }])
  })

  test('a file named twice is done once', async () => {
    await writePictures(cwd, ['a.png'])
    expect((await limpid('denoise', 'a.png', './a.png')).exitCode).toBe(0)
    expect(engine.asked).toHaveLength(1)
  })

  test('an output folder that cannot be made is an error of each picture', async () => {
    await writePictures(cwd, ['a.png', 'b.png', 'taken'])
    const { exitCode, json } = await limpid('denoise', 'a.png', 'b.png', '-o', 'taken/out', '--json')
    expect(exitCode).toBe(1)
    expect(json().errors.map(({ code }: { code: string }) => code)).toEqual([
      'file-unwritable',
      'file-unwritable',
    ])
  })

  test('no backend: every picture would fail, so it is said once', async () => {
    await writePictures(cwd, ['no-backend-1.png', 'no-backend-2.png'])
    const { json } = await limpid('denoise', 'no-backend-1.png', 'no-backend-2.png', '--json')
    expect(json().errors).toHaveLength(1)
  })

  test('a backend that fails half-way is named with its reason; the exit code is that of the results', async () => {
    await writePictures(cwd, ['gpu-lost.png', 'a.png'])
    const { exitCode, err } = await limpid('denoise', 'gpu-lost.png', 'a.png')
    expect(exitCode).toBe(0)
    expect(err).toContain('Now computing with wasm instead of webgpu. The device was lost.\n')
  })

  test('an unknown model is an error before any work', async () => {
    await writePictures(cwd, ['a.png'])
    const { exitCode, err } = await limpid('denoise', 'a.png', '--model', 'none')
    expect(exitCode).toBe(1)
    expect(err).toBe('limpid: There is no model "none". There is denoise-fast.\n')
    expect(engine.asked).toEqual([])
  })

  test('Ctrl-C: what is done is kept and told, the rest is left, exit code 130', async () => {
    await writePictures(cwd, ['a.png', 'slow.png', 'z.png'])
    setTimeout(() => interruption.abort(), 50)
    const { exitCode, json } = await limpid('denoise', 'a.png', 'slow.png', 'z.png', '--json')
    expect(exitCode).toBe(130)
    expect(json()).toMatchObject({ ok: false, results: [{ bytes: 5 }], errors: [{ code: 'cancelled' }] })
    expect(engine.asked).toHaveLength(2)
  })
})

describe('the other restoring commands', () => {
  beforeEach(async () => {
    await writePictures(cwd, ['photo.png'])
    models.push(
      modelOf('jpeg-repair', 'jpeg-repair'),
      modelOf('upscale-2', 'upscale', 2),
      modelOf('upscale-4', 'upscale', 4),
      modelOf('document-clean', 'document-clean'),
      modelOf('inpaint', 'inpaint'),
      modelOf('colourise', 'colourise'),
    )
  })
  const folder = (id: string) => `/models/${id}`
  const scratches = { task: 'inpaint', mask: { kind: 'scratches' }, strength: 1, folder: folder('inpaint') }
  const denoise = { task: 'denoise', strength: 1, folder: MODEL.folder }
  const colour = { task: 'restore-colour', strength: 0.8 }
  const larger = { task: 'upscale', scale: 2, strength: 1, folder: folder('upscale-2') }

  test.each([
    ['denoise --ensemble', [{ ...denoise, ensemble: true }]],
    ['repair-jpeg --strength 0.5', [{ task: 'jpeg-repair', strength: 0.5, folder: folder('jpeg-repair') }]],
    ['upscale', [larger]],
    ['upscale --scale 4', [{ ...larger, scale: 4, folder: folder('upscale-4') }]],
    [
      'clean-document --binarise otsu',
      [{ task: 'document-clean', strength: 1, binarise: 'otsu', folder: folder('document-clean') }],
    ],
    ['inpaint', [scratches]],
    ['colourise --strength 0.7', [{ task: 'colourise', strength: 0.7, folder: folder('colourise') }]],
    ['restore-photo', [scratches, denoise, colour, larger]],
    ['restore-photo --no-scratches --no-upscale', [denoise, colour]],
    [
      'restore-photo --no-denoise --no-colour --scale 4',
      [scratches, { ...larger, scale: 4, folder: folder('upscale-4') }],
    ],
  ])('limpid %s asks the engine for just that', async (line, steps) => {
    const { exitCode, out } = await limpid(...line.split(' '), 'photo.png')
    expect(exitCode).toBe(0)
    expect(out).toBe(`${path.join(cwd, 'photo-limpid.png')}\n`)
    expect(engine.asked.map(({ input }) => (input as { steps: unknown }).steps)).toEqual([steps])
  })

  test('a mask is a file; of several pictures it would be anybody’s guess whose', async () => {
    await limpid('inpaint', 'photo.png', '--mask', 'mask.png')
    const mask = { kind: 'file', path: path.join(cwd, 'mask.png') }
    expect(engine.asked[0]?.input).toMatchObject({ steps: [{ ...scratches, mask }] })
    const several = await limpid('inpaint', 'photo.png', 'b.png', '--mask', 'mask.png', '--json')
    expect(several.exitCode).toBe(1)
    expect(several.json()).toMatchObject({ errors: [{ code: 'bad-request' }] })
  })

  test('the result says which models were taken, and how large it is', async () => {
    const { json } = await limpid('restore-photo', 'photo.png', '--json')
    expect(json().steps.map(({ model }: { model?: string }) => model)).toEqual([
      'inpaint',
      'denoise-fast',
      undefined,
      'upscale-2',
    ])
    expect(json().results).toMatchObject([{ width: 4000, height: 3000 }])
    expect((await limpid('upscale', 'photo.png', '--overwrite')).err).toContain('now 4000 × 3000 px')
  })

  test('where no model for the task is installed, that is said before any work', async () => {
    models = [MODEL]
    const { exitCode, err } = await limpid('upscale', 'photo.png', '--scale', '3')
    expect(exitCode).toBe(1)
    expect(err).toContain('No model for upscale ×3 is installed.')
    expect(engine.asked).toEqual([])
  })
})

describe('wrong command lines', () => {
  test.each([
    [
      'an unknown backend, with those there are',
      ['doctor', '--backend', 'cuda'],
      'tensorflow, webgpu, wasm, cpu',
    ],
    ['a strength out of range', ['denoise', 'a.png', '--strength', '1.5'], 'from 0 to 1'],
    ['an unknown format', ['denoise', 'a.png', '--format', 'bmp'], 'png, jpeg, webp, avif, tiff'],
    ['no files', ['denoise'], 'files'],
    ['a scale that there is not', ['upscale', 'a.png', '--scale', '5'], '2, 3, 4'],
    ['an unknown command', ['sharpen'], 'sharpen'],
    ['a sigma that is no number', ['evaluate', 'denoise', '--data', '.', '--sigma', 'much'], 'from 0 to 255'],
  ])('%s: told on stderr, exit code 2', async (_, args, told) => {
    const { exitCode, out, err } = await limpid(...args)
    expect(exitCode).toBe(2)
    expect(out).toBe('')
    expect(err).toContain(told)
  })

  test('with --json they are JSON too', async () => {
    const { exitCode, json } = await limpid('doctor', '--backend', 'cuda', '--json')
    expect(exitCode).toBe(2)
    expect(json()).toMatchObject({ ok: false, errors: [{ code: 'bad-request' }] })
  })
})

test('evaluate prints a table, and with --json all its figures', async () => {
  const args = ['evaluate', 'denoise', '--data', 'set', '--sigma', '25', '--grey', '--limit', '3']
  const { out } = await limpid(...args)
  expect(out).toMatch(/input\s+20\.20/)
  expect(out).toMatch(/denoise-fast\s+30\.90\s+0\.8800/)
  expect(engine.asked[0]?.input).toEqual({
    task: 'denoise',
    folder: MODEL.folder,
    data: path.join(cwd, 'set'),
    sigma: 25,
    grey: true,
    limit: 3,
  })
  const keys = ['task', 'model', 'backend', 'count', 'psnr', 'ssim', 'inputPsnr', 'seconds', 'megapixels']
  expect(Object.keys((await limpid(...args, '--json')).json())).toEqual(expect.arrayContaining(keys))
})

test('evaluate measures each task on its own conditions, and without a model what it is compared with', async () => {
  models.push(modelOf('upscale-3', 'upscale', 3))
  await limpid('evaluate', 'upscale', '--data', 'set', '--scale', '3', '--ensemble')
  const { exitCode } = await limpid('evaluate', 'document', '--data', 'set', '--model', 'none')
  expect(exitCode).toBe(0)
  await limpid('evaluate', 'pairs', '--data', 'set')
  const data = path.join(cwd, 'set')
  expect(engine.asked.map(({ input }) => input)).toEqual([
    { task: 'upscale', data, scale: 3, ensemble: true, folder: '/models/upscale-3' },
    { task: 'document', data, binarise: 'otsu', folder: null },
    { task: 'pairs', data, grey: false, folder: MODEL.folder },
  ])
  const none = await limpid('evaluate', 'jpeg', '--data', 'set', '--quality', '10')
  expect(none.exitCode).toBe(1)
  expect(none.err).toContain('No model for jpeg-repair is installed.')
})

test('doctor says what computes and how to get what does not', async () => {
  const { exitCode, out } = await limpid('doctor')
  expect(exitCode).toBe(0)
  expect(out).toMatch(/→\s+✓\s+wasm\s+9\.5 GFLOP\/s/)
  expect(out).toContain('tensorflow: No library.\n  Fetch it.')
  expect((await limpid('doctor', '--json')).json()).toMatchObject({ ok: true, chosen: { name: 'wasm' } })
})

test('doctor fails where nothing computes', async () => {
  engine = new FakeEngine({ doctor: async () => ({ backends: [], chosen: null }) })
  expect((await limpid('doctor')).exitCode).toBe(1)
})

test('models are listed and shown', async () => {
  expect((await limpid('models', 'list')).out).toMatch(/denoise-fast\s+denoise\s+0\.88 M\s+Denoise, fast/)
  expect((await limpid('models', 'show', 'denoise-fast')).out).toMatch(/CBSD68, sigma 25\s+30\.93 dB/)
  expect((await limpid('models', 'list', '--json')).json()).toMatchObject({
    models: [{ id: 'denoise-fast' }],
  })
  expect((await limpid('models', 'show', 'none')).exitCode).toBe(1)
})

test('a model is exported to ONNX, beside where one stands', async () => {
  engine = new FakeEngine({ exportOnnx: async ({ path }) => ({ path, bytes: 3_500_000 }) })
  const output = path.join(cwd, 'fast.onnx')
  const { exitCode, out } = await limpid('models', 'export', 'denoise-fast', '--onnx', 'fast.onnx')
  expect(exitCode).toBe(0)
  expect(out).toContain(output)
  expect(engine.asked).toEqual([
    { kind: 'exportOnnx', input: { folder: MODEL.folder, path: output, overwrite: false } },
  ])
  const { json } = await limpid('models', 'export', 'denoise-fast', '--onnx', 'fast.onnx', '--json')
  expect(json()).toEqual({ ok: true, model: 'denoise-fast', output, bytes: 3_500_000 })
  expect((await limpid('models', 'export', 'denoise-fast')).exitCode).toBe(2)
})

test('serve prints its address and runs until Ctrl-C', async () => {
  setTimeout(() => interruption.abort(), 20)
  const { exitCode, json } = await limpid('serve', '--port', '8000', '--json')
  expect(exitCode).toBe(0)
  expect(json()).toEqual({ ok: true, url: 'http://127.0.0.1:8000/?token=t', errors: [] })
})

test("serve opens the pictures it is given, and says which it can't", async () => {
  setTimeout(() => interruption.abort(), 20)
  const { exitCode, out, err } = await limpid('serve', 'a.png')
  expect(exitCode).toBe(0)
  expect(out).toMatch(/^Limpid is at http:.*\n$/)
  expect(err).toBe(`limpid: ${path.join(cwd, 'a.png')} is not there.\n`)
})

test('help and version go to stdout', async () => {
  expect((await limpid('--help')).out).toContain('Examples:')
  expect((await limpid('denoise', '--help')).out).toContain('limpid denoise photo.jpg')
  expect(await limpid('--version')).toMatchObject({
    exitCode: 0,
    out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  })
})

describe('train', () => {
  const recipe = JSON.parse(
    readFileSync(path.join(import.meta.dirname, '../../recipes/denoise-fast.json'), 'utf8'),
  )
  const best = { step: 5, score: 30.1, figures: { 'PSNR at σ 25 (dB)': 30.1 } }
  const finished = { finished: true, step: 10, steps: 10, best, seconds: 1, model: '/m' }

  beforeEach(() => {
    mkdirSync(path.join(cwd, 'data'))
    writeFileSync(path.join(cwd, 'recipe.json'), JSON.stringify(recipe))
  })

  test('keeps run and model in the data home unless told otherwise', async () => {
    engine = new FakeEngine({ train: async () => finished })
    const { exitCode, out } = await limpid('train', 'recipe.json', '--data', 'data')
    expect(exitCode).toBe(0)
    expect(out).toBe(`${path.join(cwd, 'home/models/denoise-fast')}\n`)
    await limpid('train', 'recipe.json', '--data', 'data', '--run', 'r', '--out', 'm')
    expect(engine.asked.map(({ input }) => input)).toMatchObject([
      { data: path.join(cwd, 'data'), runFolder: path.join(cwd, 'home/runs/denoise-fast') },
      { runFolder: path.join(cwd, 'r'), modelFolder: path.join(cwd, 'm') },
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
    engine = new FakeEngine({
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

  test.each([
    ['a field of the wrong kind', { ...recipe, loss: 'l7' }, 'loss'],
    [
      'a field deep inside',
      { ...recipe, optimizer: { ...recipe.optimizer, clipNorm: -1 } },
      'optimizer.clipNorm',
    ],
    ['a field that does not exist', { ...recipe, lerning: 1 }, 'lerning'],
  ])('a recipe with %s is refused, and the field is named', async (_, wrong, field) => {
    writeFileSync(path.join(cwd, 'recipe.json'), JSON.stringify(wrong))
    const { exitCode, json } = await limpid('train', 'recipe.json', '--data', 'data', '--json')
    expect(exitCode).toBe(1)
    expect(json().errors).toMatchObject([{ code: 'recipe-invalid', message: expect.stringContaining(field) }])
  })

  test.each([
    ['a recipe that is no JSON', ['train', 'data/../text.json', '--data', 'data'], 'recipe-invalid'],
    ['a recipe that is not there', ['train', 'none.json', '--data', 'data'], 'file-not-found'],
    ['data that is not there', ['train', 'recipe.json', '--data', 'nowhere'], 'data-missing'],
  ])('%s is a clear error', async (_, args, code) => {
    writeFileSync(path.join(cwd, 'text.json'), 'steps: 5')
    const { exitCode, json } = await limpid(...args, '--json')
    expect(exitCode).toBe(1)
    expect(json().errors).toMatchObject([{ code }])
  })

  test('Ctrl-C keeps a checkpoint and says how to go on', async () => {
    engine = new FakeEngine({
      async train() {
        interruption.abort()
        return { ...finished, finished: false, step: 4, model: null }
      },
    })
    const { exitCode, err } = await limpid('train', 'recipe.json', '--data', 'data')
    expect(exitCode).toBe(130)
    expect(err).toContain('Stopped after step 4 of 10')
    expect(err).toContain('same command')
  })
})
