import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AutoencoderRecipe } from '../../contract/zoo-recipe.ts'
import { sharp } from '../imaging/libvips.ts'
import { loadExamples } from './examples.ts'
import { batchOrder } from './order.ts'
import { idx, writeDigits } from './testing/digits.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'limpid-examples-'))
  await writeDigits(path.join(folder, 'mnist'), { train: 50, test: 20 })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const mnist = { kind: 'mnist', folder: 'mnist', validation: 10, provenance: 'drawn' } as const
const photos = {
  kind: 'pictures',
  folder: 'photos',
  size: 8,
  channels: 3,
  validationShare: 0.25,
  provenance: 'made',
} as const

describe('digits', () => {
  it('are divided into training, validation and test, with their labels', async () => {
    const { train, validation, test } = await loadExamples(mnist, folder)
    expect([train.count, validation.count, test!.count]).toEqual([40, 10, 20])
    expect(Array.from(train.labels!.subarray(0, 12))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1])
    expect(Math.max(...train.samples)).toBe(255)
    expect(validation.names[0]).toBe('train 40')
  })

  it('can be some alone, to test on too, and few', async () => {
    const { train, validation, test } = await loadExamples(
      { ...mnist, validation: 2, digits: [3, 7], limit: 5 },
      folder,
    )
    expect(Array.from(train.labels!)).toEqual([3, 7, 3, 7, 3])
    expect(Array.from(validation.labels!)).toEqual([3, 7])
    expect(Array.from(test!.labels!)).toEqual([3, 7, 3, 7])
    expect(test!.names[0]).toBe('test 3')
  })

  it('of which none is there to test on are a clear error', async () => {
    const at = path.join(folder, 'few-to-test')
    await writeDigits(at, { train: 50, test: 5 })
    await expect(
      loadExamples({ ...mnist, folder: at, validation: 1, digits: [7, 8] }, folder),
    ).rejects.toMatchObject({ code: 'data-missing', message: `No test digit in ${at} is 7 or 8.` })
  })

  it.each([
    ['that are not there', async (_: string) => {}, 'There is no file train-images'],
    [
      'that end early',
      async (to: string) => {
        await writeDigits(to, { train: 5, test: 5 })
        const file = path.join(to, 'train-images-idx3-ubyte.gz')
        await rm(file)
        const whole = gunzipSync(await readFile(path.join(folder, 'mnist/train-images-idx3-ubyte.gz')))
        await writeFile(file.replace('.gz', ''), whole.subarray(0, 1000))
      },
      'ends early',
    ],
    [
      'that are labels',
      async (to: string) => {
        await writeDigits(to, { train: 5, test: 5 })
        await writeFile(path.join(to, 'train-images-idx3-ubyte.gz'), idx(new Uint8Array(5), [5]))
      },
      'no idx file of pictures',
    ],
    [
      'with labels for others',
      async (to: string) => {
        await writeDigits(to, { train: 5, test: 5 })
        await writeFile(path.join(to, 'train-labels-idx1-ubyte.gz'), idx(new Uint8Array(4), [4]))
      },
      '4 labels for 5 digits',
    ],
    [
      'of another size',
      async (to: string) => {
        await writeDigits(to, { train: 5, test: 5 })
        await writeFile(
          path.join(to, 't10k-images-idx3-ubyte.gz'),
          idx(new Uint8Array(5 * 20 * 28), [5, 20, 28]),
        )
      },
      'are 28 × 20 px, not 28 × 28 px',
    ],
  ])('%s are a clear error', async (name, make, message) => {
    const at = path.join(folder, name.replaceAll(' ', '-'))
    await mkdir(at)
    await make(at)
    await expect(loadExamples({ ...mnist, folder: at, validation: 1 }, folder)).rejects.toMatchObject({
      code: 'data-missing',
      message: expect.stringContaining(message),
    })
  })
})

describe('a folder of pictures', () => {
  const draw = (width: number, height: number, background: string) =>
    sharp({ create: { width, height, channels: 3, background } }).png()
  const write = async (name: string, picture: ReturnType<typeof draw>) => {
    await mkdir(path.join(folder, 'photos'), { recursive: true })
    await picture.toFile(path.join(folder, 'photos', name))
  }
  const data: AutoencoderRecipe['data'] = photos

  it('without a picture, or with one alone, is a clear error', async () => {
    await mkdir(path.join(folder, 'photos'))
    await expect(loadExamples(data, folder)).rejects.toMatchObject({ code: 'folder-empty' })
    await write('a.png', draw(8, 8, 'red'))
    await expect(loadExamples(data, folder)).rejects.toMatchObject({
      code: 'data-missing',
      message: expect.stringContaining('One picture is too few'),
    })
  })

  it('of mixed sizes is asked about, then cropped or resized', async () => {
    await write('b.png', draw(20, 10, 'blue'))
    await write('c.png', draw(8, 8, 'red').toColourspace('b-w'))
    await expect(loadExamples(data, folder)).rejects.toMatchObject({
      code: 'bad-request',
      message: 'b.png is 20 × 10 px, not 8 × 8 px.',
      hint: expect.stringContaining('cropped or resized'),
    })
    for (const fit of ['crop', 'resize'] as const) {
      const { train, validation, test } = await loadExamples({ ...photos, fit }, folder)
      expect([train.count, validation.count, test]).toEqual([2, 1, null])
      expect(train.samples.length).toBe(2 * 8 * 8 * 3)
      // a.png is red; the grey one has three equal channels.
      expect(Array.from(train.samples.subarray(0, 3))).toEqual([255, 0, 0])
      const [red, green] = train.samples.subarray(8 * 8 * 3)
      expect(red).toBe(green)
    }
    const grey = await loadExamples({ ...photos, channels: 1, fit: 'crop' }, folder)
    expect(grey.train.samples.length).toBe(2 * 8 * 8)
  })

  it('trains on no copy of what it is validated with', async () => {
    const at = path.join(folder, 'copies')
    await mkdir(at)
    for (const [name, colour] of Object.entries({ a: 'red', b: 'blue', c: 'blue' }))
      await draw(8, 8, colour).toFile(path.join(at, `${name}.png`))
    const { train, validation } = await loadExamples({ ...photos, folder: 'copies' }, folder)
    expect([train.names, validation.names]).toEqual([['a.png'], ['b.png']])
    await rm(path.join(at, 'a.png'))
    await expect(loadExamples({ ...photos, folder: 'copies' }, folder)).rejects.toMatchObject({
      code: 'data-missing',
      message: expect.stringContaining('what is the same as that'),
    })
  })

  it('lies over white where it is transparent', async () => {
    const at = path.join(folder, 'icons')
    await mkdir(at)
    const samples = new Uint8Array(8 * 8 * 4)
    samples[3] = 255 // black, and all around it black that is not there
    const icon = sharp(samples, { raw: { width: 8, height: 8, channels: 4 } }).png()
    await icon.toFile(path.join(at, 'a.png'))
    await draw(8, 8, 'blue').toFile(path.join(at, 'b.png')) // kept apart
    const { train } = await loadExamples({ ...photos, folder: 'icons', channels: 1 }, folder)
    expect([...train.samples.subarray(0, 3)]).toEqual([0, 255, 255])
  })
})

describe('the order of batches', () => {
  it('goes through everything once an epoch, in another order each time, the same for a resumed run', () => {
    const order = batchOrder(10, 5, 1)
    const epoch = (n: number) => [...order(2 * n), ...order(2 * n + 1)]
    const [first, second] = [epoch(0), epoch(1)]
    expect([...first].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect([...second].sort()).toEqual([...first].sort())
    expect(second).not.toEqual(first)
    expect([...batchOrder(10, 5, 1)(3)]).toEqual(second.slice(5))
  })

  it('repeats pictures where there are fewer than a batch', () => {
    expect(batchOrder(2, 5, 1)(0).length).toBe(5)
  })
})
