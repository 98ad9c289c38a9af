import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sharp } from '../../src/engine/imaging/libvips.ts'
import { random } from '../../src/engine/random.ts'
import { loadDataset } from '../../src/engine/training/dataset.ts'
import { makeBatch } from '../../src/engine/training/patches.ts'
import { tinyRecipe } from '../../src/engine/training/testing/tiny-recipe.ts'
import { validationPairs } from '../../src/engine/training/validation-pairs.ts'

const recipe = tinyRecipe({
  data: {
    train: ['photos'],
    pairs: [],
    syntheticShare: 0,
    validationPictures: 2,
    provenance: 'made by this test',
  },
  stages: [
    { steps: 5, patch: 16, batch: 4 },
    { steps: 2, patch: 24, batch: 3 },
  ],
  validation: { everySteps: 20, crop: 32, settings: [], sigmas: [15, 25] },
})

let data: string
beforeAll(async () => {
  data = await mkdtemp(path.join(os.tmpdir(), 'limpid-batches-'))
  await mkdir(path.join(data, 'photos'))
  for (let i = 0; i < 5; i++) {
    const draw = random(i)
    const samples = Uint8Array.from({ length: 40 * 40 * 3 }, () => draw.below(256))
    await sharp(samples, { raw: { width: 40, height: 40, channels: 3 } })
      .png()
      .toFile(path.join(data, `photos/${i}.png`))
  }
  await writeFile(path.join(data, 'recipe.json'), JSON.stringify(recipe))
})
afterAll(() => rm(data, { recursive: true, force: true }))

/** What the program wrote, read as its docstring says. */
async function batches(...more: string[]) {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      path.join(import.meta.dirname, 'batches.ts'),
      ...['--recipe', path.join(data, 'recipe.json'), '--data', data, ...more],
    ],
    { encoding: 'buffer', maxBuffer: 1 << 26 },
  )
  const read = []
  for (let at = 0; at < stdout.length; ) {
    const [magic, step, batch, patch, from, to] = [0, 4, 8, 12, 16, 20].map((i) => stdout.readInt32LE(at + i))
    expect(magic).toBe(0x4c4d5042)
    at += 24
    const floats = (count: number) => {
      const values = Float32Array.from({ length: count }, (_, i) => stdout.readFloatLE(at + 4 * i))
      at += 4 * count
      return values
    }
    const pixels = batch * patch * patch
    read.push({ step, batch, patch, input: floats(pixels * from), target: floats(pixels * to) })
  }
  return read
}

describe('the batches for a trainer in another language', () => {
  it('are those that our own trainer sees, from the first asked for to the last, by several workers', async () => {
    const { train } = await loadDataset(data, recipe.data)
    const got = await batches('--first', '3', '--workers', '2')
    expect(got.map(({ step, patch }) => [step, patch])).toEqual([
      [3, 16],
      [4, 16],
      [5, 24],
      [6, 24],
    ])
    for (const { step, input, target } of got) {
      const own = (await makeBatch(recipe, train, step))!
      expect(input).toEqual(own.input)
      expect(target).toEqual(own.target)
    }
  })

  it('hold every validation picture at every setting', async () => {
    const got = await batches('--validation')
    expect(got.map(({ step, batch, patch }) => [step, batch, patch])).toEqual([
      [0, 1, 32],
      [0, 1, 32],
      [1, 1, 32],
      [1, 1, 32],
    ])
    expect(got[0].target).toEqual(got[2].target)
    expect(got[0].input).not.toEqual(got[2].input)
  })

  it('say which validation pictures were made grey: their target has one channel', async () => {
    const grey = { ...recipe, data: { ...recipe.data, validationPictures: 4 }, greyShare: 0.25 }
    await writeFile(path.join(data, 'grey.json'), JSON.stringify(grey))
    const got = await batches('--validation', '--recipe', path.join(data, 'grey.json'))
    const { validation } = await loadDataset(data, grey.data)
    const channels = []
    for await (const { setting, clean } of validationPairs(validation, grey)) {
      const { step, target } = got[channels.length]
      expect(step).toBe(setting)
      expect(target).toEqual(clean.values)
      channels.push(clean.channels)
    }
    expect(channels).toEqual([3, 3, 3, 1, 3, 3, 3, 1])
    expect(got.length).toBe(8)
  })
})
