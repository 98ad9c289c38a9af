/** Steps through real networks, tiny and untrained: what goes in and comes out, in sizes and channels. */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ResolvedStep } from '../../contract/step.ts'
import { cpu } from '../backends/cpu.ts'
import { Compute } from '../compute.ts'
import { decodePicture } from '../imaging/decode.ts'
import type { Raster } from '../imaging/raster.ts'
import { noisePicture } from '../tasks/testing/fake-network.ts'
import { evaluate } from './evaluate.ts'
import { exportPicture } from './export.ts'
import { aloneWith } from './job-context.ts'
import { processPicture } from './process.ts'
import { runSteps } from './restoration.ts'
import { restore } from './restore.ts'
import { saveTinyFinder, saveTinyModel } from './testing/tiny-model.ts'

let root: string
const model = (name: string) => path.join(root, name)
beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'limpid-steps-'))
  await cpu.start({ asked: true })
  await saveTinyModel(model('plain'))
  await saveTinyModel(model('upscale'), { task: 'upscale', scale: 2 })
  await saveTinyModel(model('document'), { task: 'document-clean' })
  await saveTinyModel(model('colourise'), { task: 'colourise' })
  await saveTinyModel(model('inpaint'), { task: 'inpaint', channels: { input: 4, output: 3 } }, 1)
  await saveTinyFinder(model('finder'))
  await saveTinyModel(model('with-specialist'), { specialists: { 'white-noise': 'tiny-white' } })
  await saveTinyModel(model('with-specialist/tiny-white'), { seed: 2 })
})
afterAll(() => rm(root, { recursive: true }))

const context = (wanted: 'cpu' | 'wasm' = 'cpu') =>
  aloneWith(new Compute({ wanted, workers: wanted === 'wasm' ? 2 : 1, maxTilePixels: 60 * 60 }))
const run = (picture: Raster, ...steps: ResolvedStep[]) => runSteps(picture, steps, context())

/** Flat, with a bright scratch from top to bottom. */
function scratched(): Raster {
  const picture = noisePicture(64, 64, 3)
  for (let i = 0; i < picture.samples.length; i++)
    picture.samples[i] = Math.floor(i / 3) % 64 === 30 ? 230 : 110
  return picture
}

const OLD_PHOTO = (): ResolvedStep[] => [
  {
    task: 'inpaint',
    mask: { kind: 'scratches', finder: model('finder') },
    strength: 1,
    folder: model('inpaint'),
  },
  { task: 'denoise', strength: 1, folder: model('plain') },
  { task: 'restore-colour', strength: 0.8 },
  { task: 'upscale', scale: 2, strength: 1, folder: model('upscale') },
]

it('what would be too large in the end is refused before anything is computed', async () => {
  const huge: Raster = { ...noisePicture(4, 4, 3), width: 9000, height: 9000 } // nobody looks at its samples
  const labels: string[] = []
  const watched = { ...context(), step: async (_done: number, label: string) => void labels.push(label) }
  await expect(runSteps(huge, OLD_PHOTO(), watched)).rejects.toMatchObject({ code: 'picture-too-large' })
  const file = path.join(root, 'wide.png')
  await sharp({ create: { width: 8200, height: 3, channels: 3, background: '#345' } }).toFile(file)
  const steps: ResolvedStep[] = [{ task: 'upscale', scale: 2, strength: 1, folder: model('upscale') }]
  const target = { path: path.join(root, 'wide.webp'), overwrite: false }
  await expect(processPicture({ path: file, steps, target }, watched)).rejects.toMatchObject({
    code: 'bad-request',
    message: expect.stringContaining('this is 16400 × 6 px'),
  })
  expect(labels).toEqual([])
})

it('the old-photo steps run one after the other, and the last one enlarges', async () => {
  const { raster, modelSeconds } = await run(scratched(), ...OLD_PHOTO())
  expect(raster).toMatchObject({ width: 128, height: 128, channels: 3, depth: 8 })
  expect(modelSeconds).toBeGreaterThan(0)
})

it('a network that sees a mask changes the scratches alone', async () => {
  const picture = scratched()
  const { raster } = await run(picture, OLD_PHOTO()[0])
  let changed = 0
  for (let i = 0; i < raster.samples.length; i++) {
    if (raster.samples[i] === picture.samples[i]) continue
    changed++
    const x = Math.floor(i / 3) % 64
    expect(Math.abs(x - 30)).toBeLessThanOrEqual(1)
  }
  expect(changed).toBeGreaterThan(64)
})

it('pages become grey, grey pictures coloured', async () => {
  const page = await run(noisePicture(50, 40, 3), {
    task: 'document-clean',
    strength: 1,
    binarise: 'sauvola',
    folder: model('document'),
  })
  expect(page.raster).toMatchObject({ width: 50, height: 40, channels: 1 })
  expect(new Set(page.raster.samples)).toEqual(new Set([0, 255]))
  const coloured = await run(noisePicture(50, 40, 1, 16), {
    task: 'colourise',
    strength: 1,
    folder: model('colourise'),
  })
  expect(coloured.raster).toMatchObject({ width: 50, height: 40, channels: 3, depth: 16 })
})

it('self-ensemble gives another picture than one run, of the same size', async () => {
  const picture = noisePicture(50, 40, 3)
  const step = { task: 'jpeg-repair', strength: 1, folder: model('plain') } as const
  const once = (await run(picture, step)).raster
  const eight = (await run(picture, { ...step, ensemble: true })).raster
  expect(eight).toMatchObject({ width: 50, height: 40, channels: 3 })
  expect(eight.samples).not.toEqual(once.samples)
})

it.each(['cpu', 'wasm'] as const)(
  'a specialist within the folder of a model is run on the pictures that it is for, also on workers (%s)',
  async (backend) => {
    const white = noisePicture(96, 80, 3) // every sample its own
    const step = { task: 'denoise', strength: 1 } as const
    const cleaned = async (folder: string, ensemble = false) => {
      const steps = [{ ...step, folder: model(folder), ensemble }]
      const { raster, modelSeconds } = await runSteps(white, steps, context(backend))
      expect(modelSeconds).toBeGreaterThan(0)
      return raster.samples
    }
    expect(await cleaned('with-specialist')).toEqual(await cleaned('with-specialist/tiny-white'))
    expect(await cleaned('with-specialist')).not.toEqual(await cleaned('plain'))
    expect(await cleaned('with-specialist', true)).toEqual(await cleaned('with-specialist/tiny-white', true))
  },
  60_000,
)

it('workers compute what this thread computes, mask and all', async () => {
  const picture = scratched()
  const here = await run(picture, ...OLD_PHOTO())
  const { raster } = await runSteps(picture, OLD_PHOTO(), context('wasm'))
  const differences = Array.from(raster.samples, (value, i) => Math.abs(value - here.raster.samples[i]))
  const worst = differences.reduce((most, value) => Math.max(most, value))
  expect(worst).toBeLessThanOrEqual(1)
}, 60_000)

it('what denoising took away is told and mapped, half of it as the whole; nothing without denoising', async () => {
  const file = path.join(root, 'noisy.png')
  const { samples, width, height } = noisePicture(64, 48, 3)
  await sharp(samples, { raw: { width, height, channels: 3 } }).toFile(file)
  const denoise = { task: 'denoise', strength: 1, folder: model('plain') } as const
  const upscale = { task: 'upscale', scale: 2, strength: 1, folder: model('upscale') } as const
  const told = async (...steps: ResolvedStep[]) => restore({ path: file, steps, folder: root }, context())
  const { removedNoise, noiseMap } = await told(denoise, upscale)
  expect(removedNoise?.sigma).toBeGreaterThan(0)
  const map = await sharp(path.join(root, noiseMap!)).metadata()
  expect([map.width, map.height]).toEqual([4, 3])
  const half = await told({ ...denoise, strength: 0.5 })
  expect(Math.abs(half.removedNoise!.sigma / removedNoise!.sigma - 1)).toBeLessThan(0.2) // rounding counts twice
  expect(await told({ ...denoise, strength: 0 })).toMatchObject({ removedNoise: null, noiseMap: null })
  expect(await told(upscale)).toMatchObject({ removedNoise: null, noiseMap: null })
})

it('from a file: the result is told and written at its size, and saved at it', async () => {
  const file = path.join(root, 'photo.png')
  const { samples, width, height } = noisePicture(40, 30, 3)
  await sharp(samples, { raw: { width, height, channels: 3 } }).toFile(file)
  const steps: ResolvedStep[] = [{ task: 'upscale', scale: 2, strength: 1, folder: model('upscale') }]
  const output = await restore({ path: file, steps, folder: root }, context())
  expect(output).toMatchObject({ width: 80, height: 60 })
  const view = await sharp(path.join(root, output.view)).metadata()
  expect([view.width, view.height]).toEqual([80, 60])
  const target = { path: path.join(root, 'saved.jpg'), overwrite: false }
  await exportPicture(
    { path: file, result: path.join(root, output.result), strength: 0.5, target },
    context(),
  )
  expect((await decodePicture(target.path)).raster).toMatchObject({ width: 80, height: 60, channels: 3 })
})

it.each([
  ['denoise', 'plain', { sigma: 25, grey: false }],
  ['jpeg', 'plain', { quality: 20 }],
  ['upscale', 'upscale', { scale: 2 }],
  ['inpaint', 'inpaint', { grey: true }],
  ['colourise', 'colourise', {}],
] as const)(
  'evaluate %s runs its model on each picture, and without one gives the input',
  async (task, name, conditions) => {
    const data = await mkdtemp(path.join(root, 'data-'))
    for (const seed of [1, 2]) {
      const { samples, width, height } = noisePicture(40 + 4 * seed, 36, 3)
      await sharp(samples, { raw: { width, height, channels: 3 } }).toFile(path.join(data, `${seed}.png`))
    }
    const input = { task, data, ...conditions } as Parameters<typeof evaluate>[0]
    const measured = await evaluate({ ...input, folder: model(name) }, context())
    expect(measured).toMatchObject({ task, model: 'tiny', count: 2, backend: 'cpu' })
    expect(measured.pictures.map((picture) => picture.name)).toEqual(['1.png', '2.png'])
    const baseline = await evaluate({ ...input, folder: null }, context())
    expect(baseline).toMatchObject({ model: 'none', psnr: baseline.inputPsnr, inputPsnr: measured.inputPsnr })
    expect(measured.psnr).not.toBe(baseline.psnr)
    expect(measured.psnr).toBeCloseTo((measured.pictures[0].psnr + measured.pictures[1].psnr) / 2, 9)
  },
)
