import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { LimpidError } from '../../contract/errors.ts'
import { megaMacsPerPixel } from '../architectures/cost.ts'
import { architecture } from '../architectures/index.ts'
import { chooseBackend } from '../backends/choose.ts'
import { tf } from '../tf.ts'
import { loadModel, saveModel } from './model-file.ts'

beforeAll(() => chooseBackend())

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'limpid-model-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const { build, parameters, sizeMultiple, receptiveFieldRadius } = architecture('restoration-unet', {
  channels: [8, 12],
  blocks: [1, 1],
})

async function saved(precision?: 'float16') {
  const model = build(1)
  const about = {
    id: 'tiny',
    version: '1.0.0',
    title: 'Tiny',
    task: 'denoise' as const,
    architecture: { name: 'restoration-unet', parameters: parameters as Record<string, unknown> },
    megaMacsPerPixel: megaMacsPerPixel(model),
    sizeMultiple,
    receptiveFieldRadius,
    recipe: {},
    provenance: 'none',
    licence: 'MIT',
    parent: null,
    quality: [],
    created: '2026-01-01',
  }
  await saveModel(folder, model, about, precision)
  return model
}

/** The name of the file at which the disk is full. */
let fullAt = ''
vi.mock('../imaging/atomic-write.ts', async (original) => {
  const real = await original<typeof import('../imaging/atomic-write.ts')>()
  const writeFileAtomically: typeof real.writeFileAtomically = async (file, ...rest) => {
    if (path.basename(file) === fullAt) throw new LimpidError('disk-full', 'No space.')
    return real.writeFileAtomically(file, ...rest)
  }
  return { ...real, writeFileAtomically }
})

describe('a model folder', () => {
  it('keeps its model whole where the disk is full in the middle of the next one', async () => {
    const model = await saved()
    for (const name of ['model.json', 'weights.bin', 'manifest.json']) {
      fullAt = name
      await expect(saved('float16')).rejects.toMatchObject({ code: 'disk-full' })
    }
    fullAt = ''
    const { model: loaded } = await loadModel(folder)
    expect(loaded.getWeights().map((weight) => weight.dataSync())).toEqual(
      model.getWeights().map((weight) => weight.dataSync()),
    )
    expect((await readdir(folder)).sort()).toEqual(['manifest.json', 'model.json', 'weights.bin'])
    await saved('float16')
    expect((await loadModel(folder)).manifest.id).toBe('tiny')
  })

  it('gives back the same network', async () => {
    const model = await saved()
    const { model: loaded, manifest } = await loadModel(folder)
    const x = tf.randomUniform([1, 16, 24, 3])
    const run = (of: tf.LayersModel) => (of.predictOnBatch(x) as tf.Tensor).dataSync()
    expect(run(loaded)).toEqual(run(model))
    expect(manifest.parameterCount).toBe(model.countParams())
  })

  it('takes half the room in float16, and is rounded to 11 bits', async () => {
    const model = await saved('float16')
    expect((await readFile(path.join(folder, 'weights.bin'))).length).toBe(2 * model.countParams())
    const { model: loaded } = await loadModel(folder)
    const weights = (of: tf.LayersModel) => of.getWeights().flatMap((weight) => [...weight.dataSync()])
    const read = weights(loaded)
    weights(model).forEach((value, i) => {
      expect(Math.abs(read[i] - value)).toBeLessThanOrEqual(2 ** -11 * Math.abs(value) + 2 ** -25)
    })
  })

  it('is refused when a single byte of its weights changed', async () => {
    await saved()
    const file = path.join(folder, 'weights.bin')
    const bytes = await readFile(file)
    bytes[100] ^= 1
    await writeFile(file, bytes)
    await expect(loadModel(folder)).rejects.toMatchObject({
      code: 'model-damaged',
      message: expect.stringContaining('weights.bin does not match its hash'),
    })
  })

  it('is refused when a file is missing, or the manifest is no manifest', async () => {
    await saved()
    await rm(path.join(folder, 'model.json'))
    await expect(loadModel(folder)).rejects.toMatchObject({
      code: 'model-damaged',
      message: expect.stringContaining('model.json'),
    })
    await writeFile(path.join(folder, 'manifest.json'), '{"id": 1}')
    await expect(loadModel(folder)).rejects.toMatchObject({ code: 'model-damaged' })
    await rm(folder, { recursive: true })
    await expect(loadModel(folder)).rejects.toMatchObject({ code: 'model-unknown' })
  })
})
