/** The conventions of the field's tables, on the public sets where they are, and on pictures of our own where not. */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fMeasure } from '../metrics/f-measure.ts'
import { studioLuma } from '../metrics/studio-luma.ts'
import { byPixel, fakeNetwork } from '../tasks/testing/fake-network.ts'
import { colourise } from './colourise.ts'
import { denoise } from './denoise.ts'
import { document } from './document.ts'
import { scratchMask } from './draw-scratches.ts'
import { inpaint } from './inpaint.ts'
import { jpeg } from './jpeg.ts'
import { pairs } from './pairs.ts'
import { pairsOfFiles } from './pairs-of-files.ts'
import { scratches } from './scratches.ts'
import { singlePictures } from './test-pictures.ts'
import { upscale } from './upscale.ts'

const data = path.resolve(
  process.env.LIMPID_DATA ?? path.join(import.meta.dirname, '../../../../shared/data'),
)
const isThere = existsSync(path.join(data, 'classic5'))
if (!isThere)
  console.warn(`SKIPPED: the tables' input columns are not checked, for there are no data in ${data}.`)

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const model = { folder: null }

describe.skipIf(!isThere)('the input columns of the tables', { timeout: 300_000 }, () => {
  it.each([
    [10, 27.82],
    [20, 30.12],
    [30, 31.48],
    [40, 32.43],
  ])('JPEG at quality %i on classic5: %d dB', async (quality, expected) => {
    const input = { ...model, task: 'jpeg', data: path.join(data, 'classic5'), quality } as const
    const cases = await jpeg.find(input)
    const measured = await Promise.all(cases.map((one, i) => jpeg.measure(one, i, input, null)))
    expect(Math.abs(mean(measured.map(({ inputPsnr }) => inputPsnr)) - expected)).toBeLessThan(0.03)
  })

  it('bicubic ×3 on Set5: 30.39 dB, from its pairs and from its large pictures alike', async () => {
    const input = { ...model, task: 'upscale', data: path.join(data, 'sr/set5'), scale: 3 } as const
    const cases = await upscale.find(input)
    expect(cases).toHaveLength(5)
    const measured = await Promise.all(cases.map((one, i) => upscale.measure(one, i, input, null)))
    expect(Math.abs(mean(measured.map(({ psnr }) => psnr)) - 30.39)).toBeLessThan(0.03)
    const alone = await upscale.measure({ name: 'hr', files: [cases[1].files[1]] }, 1, input, null)
    expect(alone.psnr).toBeCloseTo(measured[1].psnr, 1)
  })

  it('real noise of PolyU: pairs of _real and _mean', async () => {
    const cases = await pairsOfFiles(path.join(data, 'polyu-test'))
    expect(cases).toHaveLength(40)
    expect(cases[0].files[0]).toMatch(/_real\.JPG$/)
    expect(cases[0].files[1]).toBe(cases[0].files[0].replace('_real', '_mean'))
  })
})

describe('on pictures of our own', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'limpid-evaluation-'))
    await mkdir(path.join(folder, 'pages/image'), { recursive: true })
    await mkdir(path.join(folder, 'pages/clean'))
    await mkdir(path.join(folder, 'sizes'))
    await drawn('photo.png', '#904030')
    await drawn('pages/image/1.jpg', '#c0b090', '#303030')
    await drawn('pages/clean/1.png', '#ffffff', '#000000')
    await drawn('sizes/a_lr.png', '#335577', '#ddeeff', 20)
    await drawn('sizes/a_hr.png', '#335577', '#ddeeff', 40)
    await drawn('sizes/b_real.png', '#335577', '#ddeeff', 20)
    await drawn('sizes/b_mean.png', '#335577', '#ddeeff', 30)
  })
  afterAll(() => rm(folder, { recursive: true }))

  async function drawn(name: string, paper: string, ink = '#20a0f0', side = 64): Promise<void> {
    const quarter = Math.round(side / 4)
    const box = { width: quarter, height: 2 * quarter }
    const square = await sharp({ create: { ...box, channels: 3, background: ink } })
      .png()
      .toBuffer()
    await sharp({ create: { width: side, height: side, channels: 3, background: paper } })
      .composite([{ input: square, left: quarter, top: quarter }])
      .toFile(path.join(folder, name))
  }

  it('a page whose ink stands out binarises to its clean one, and a model that cleans it scores fully', async () => {
    const input = { ...model, task: 'document', data: path.join(folder, 'pages'), binarise: 'otsu' } as const
    const [page] = await document.find(input)
    expect(page.files.map((file) => path.relative(folder, file))).toEqual([
      path.join('pages/image/1.jpg'),
      path.join('pages/clean/1.png'),
    ])
    const before = await document.measure(page, 0, input, null)
    expect(before.fMeasure).toBeGreaterThan(99)
    expect(before.rmse).toBeGreaterThan(0.2)
    expect(before.psnr).toBeCloseTo(before.inputPsnr, 6)
    const cleaner = fakeNetwork((values) => values.map((value) => (value < 0.45 ? 0 : 1)))
    const after = await document.measure(page, 0, input, { network: cleaner, maxTilePixels: 1e5 })
    expect(after.rmse).toBeLessThan(0.1)
    expect(after.psnr).toBeGreaterThan(before.psnr + 6)
  })

  it('filling in is measured in the scratches alone', async () => {
    const input = { ...model, task: 'inpaint', data: folder, grey: false } as const
    const photo = { name: 'photo', files: [path.join(folder, 'photo.png')] }
    const before = await inpaint.measure(photo, 0, input, null)
    expect(before.psnr).toBe(before.inputPsnr)
    const flat = fakeNetwork(
      (_values, width, height) =>
        Float32Array.from({ length: 3 * width * height }, (_, i) => [0x90, 0x40, 0x30][i % 3] / 255),
      { channels: { input: 4, output: 3 } },
    )
    const after = await inpaint.measure(photo, 0, input, { network: flat, maxTilePixels: 1e5 })
    expect(after.inputPsnr).toBe(before.inputPsnr)
    expect(after.psnr).toBeGreaterThan(before.psnr + 3)
  })

  it('of scratches counts what is found, what is wrongly marked beside them, and what on clean pictures', async () => {
    const file = path.join(folder, 'wall.png')
    const wall = { r: 0x90, g: 0x70, b: 0x60 }
    await sharp({ create: { width: 160, height: 120, channels: 3, background: wall } }).toFile(file)
    const input = { ...model, task: 'scratches', data: folder, grey: false } as const
    const photo = { name: 'wall', files: [file] }
    const withFinder = async (isScratch: (rgb: Float32Array) => boolean) => {
      const network = fakeNetwork(
        byPixel(3, (rgb) => [isScratch(rgb) ? 1 : 0]),
        { channels: { input: 3, output: 1 } },
      )
      return scratches.measure(photo, 0, input, { network, maxTilePixels: 1e5 })
    }
    // Six standard deviations of the noise.
    const offTheWall = await withFinder(([r, g, b]) => Math.abs(r + g + b - 0x160 / 255) > 0.35)
    expect(offTheWall.recall).toBeGreaterThan(40)
    expect(offTheWall.precision).toBeGreaterThan(99)
    expect(offTheWall.falseAlarms).toBe(0)
    expect(offTheWall.psnr).toBeGreaterThan(offTheWall.inputPsnr + 2)
    const everything = await withFinder(() => true)
    expect(everything).toMatchObject({ recall: 100, falseAlarms: 100 })
    expect(everything.precision).toBeLessThan(40)
    const nothing = await scratches.measure(photo, 0, input, null)
    expect(nothing).toMatchObject({ recall: 0, precision: 100, falseAlarms: 0 })
    expect(nothing.psnr).toBe(nothing.inputPsnr)
  })

  it('colouring is measured against the colours that were there', async () => {
    const input = { ...model, task: 'colourise', data: folder } as const
    const photo = { name: 'photo', files: [path.join(folder, 'photo.png')] }
    const grey = await colourise.measure(photo, 0, input, null)
    expect(grey.psnr).toBeLessThan(20)
    expect(grey.psnr).toBe(grey.inputPsnr)
  })

  it('pairs: an enlargement by their sizes; two sizes that do not fit are an error that names the file', async () => {
    const input = { ...model, task: 'pairs', data: path.join(folder, 'sizes'), grey: false } as const
    const [enlarged, misfit] = await pairs.find(input)
    expect(path.basename(enlarged.files[0])).toBe('a_lr.png')
    const { pixels, psnr } = await pairs.measure(enlarged, 0, input, null)
    expect(pixels).toBe(40 * 40)
    expect(psnr).toBeGreaterThan(15)
    await expect(pairs.measure(misfit, 1, input, null)).rejects.toMatchObject({
      code: 'bad-request',
      message: 'b_real.png has 20 × 20 px, its clean picture 30 × 30 px.',
    })
    const denoiser = fakeNetwork((values) => values, { id: 'tiny', task: 'denoise' })
    await expect(
      pairs.measure(enlarged, 0, input, { network: denoiser, maxTilePixels: 1e5 }),
    ).rejects.toMatchObject({
      code: 'bad-request',
      message: expect.stringContaining('"tiny" is for denoise'),
    })
    const options = (scale: 2 | 3) => ({
      network: fakeNetwork((values) => values, { id: 'larger', task: 'upscale', scale }),
      maxTilePixels: 1e5,
    })
    await expect(pairs.measure(enlarged, 0, input, options(3))).rejects.toMatchObject({
      code: 'bad-request',
      message: expect.stringContaining('"larger" is for upscale ×3'),
    })
    expect((await pairs.measure(enlarged, 0, input, options(2))).pixels).toBe(40 * 40)
  })

  /** A set of empty files: what is paired with what is seen in their names. */
  async function setOf(...names: string[]): Promise<string> {
    const set = await mkdtemp(path.join(folder, 'named-'))
    for (const name of names) {
      await mkdir(path.dirname(path.join(set, name)), { recursive: true })
      await writeFile(path.join(set, name), '')
    }
    return set
  }
  const pairsIn = async (set: string) =>
    (await pairsOfFiles(set)).map(({ files }) => files.map((file) => path.relative(set, file)))

  it('a set where the truth of one picture is missing gives no figure, and the error names the picture', async () => {
    const set = await setOf('a_real.png', 'a_mean.png', 'b_real.png', 'other.png')
    await expect(pairsOfFiles(set)).rejects.toMatchObject({
      code: 'data-missing',
      file: path.join(set, 'b_real.png'),
      message: expect.stringContaining('b_real.png'),
    })
    await expect(upscale.find({ ...model, task: 'upscale', data: set, scale: 2 })).rejects.toMatchObject({
      code: 'data-missing',
      file: path.join(set, 'b_real.png'),
    })
  })

  it('several pictures may have one truth; a truth among the given ones, and files beside, are none that lack theirs', async () => {
    expect(
      await pairsIn(
        await setOf('images/a_noisy.png', 'images/a_real.png', 'images/a_mean.png', 'mask/a.png'),
      ),
    ).toEqual([
      ['images/a_noisy.png', 'images/a_mean.png'],
      ['images/a_real.png', 'images/a_mean.png'],
    ])
  })

  it('where the end of a name finds no partner, the folder does', async () => {
    expect(await pairsIn(await setOf('image/letter_page.png', 'clean/letter_page.png'))).toEqual([
      ['image/letter_page.png', 'clean/letter_page.png'],
    ])
  })

  it('of large and small pictures whose names make no pairs, the large ones are made small', async () => {
    const input = { ...model, task: 'upscale', scale: 2 } as const
    const large = async (...names: string[]) => {
      const data = await setOf(...names)
      return (await upscale.find({ ...input, data })).map(({ files }) =>
        files.map((file) => path.relative(data, file)),
      )
    }
    expect(await large('HR/baby.png', 'HR/bird.png', 'LR_bicubic/X2/babyx2.png', 'X2/birdx2.png')).toEqual([
      ['HR/baby.png'],
      ['HR/bird.png'],
    ])
    expect(await large('Set_HR/0801.png', 'Set_LR_bicubic/X2/0801x2.png')).toEqual([['Set_HR/0801.png']])
    expect(await large('baby.png', 'deep/bird.png')).toEqual([['baby.png'], ['deep/bird.png']])
    await expect(large('LR/X2/babyx2.png')).rejects.toMatchObject({ code: 'data-missing' })
  })

  it('noise of sigma 25 is 20.17 dB also where it leaves 0..1; only what a model makes of it is clipped', async () => {
    await sharp({ create: { width: 128, height: 128, channels: 3, background: 'black' } }).toFile(
      path.join(folder, 'black.png'),
    )
    const input = { ...model, task: 'denoise', data: folder, sigma: 25, grey: false } as const
    const black = { name: 'black', files: [path.join(folder, 'black.png')] }
    const before = await denoise.measure(black, 0, input, null)
    expect(Math.abs(before.inputPsnr - 20.17)).toBeLessThan(0.1)
    expect(before.psnr).toBe(before.inputPsnr)
    const network = fakeNetwork((values) => values, { id: 'nothing' })
    const after = await denoise.measure(black, 0, input, { network, maxTilePixels: 1e5 })
    expect(after.inputPsnr).toBe(before.inputPsnr)
    // On black half of the noise, by its square, is below 0.
    expect(after.psnr - before.psnr).toBeCloseTo(10 * Math.log10(2), 1)
  })

  it('an enlargement by another scale than the pairs have, or of next to nothing, is an error that names the file', async () => {
    const measure = async (small: number, large: number, scale: 2 | 3 | 4) => {
      await drawn('small.png', '#335577', '#ddeeff', small)
      await drawn('large.png', '#335577', '#ddeeff', large)
      const input = { ...model, task: 'upscale', data: folder, scale } as const
      const files = ['small.png', 'large.png'].map((name) => path.join(folder, name))
      return upscale.measure({ name: 'small.png', files }, 0, input, null)
    }
    expect((await measure(20, 40, 2)).psnr).toBeGreaterThan(15)
    expect((await measure(14, 40, 3)).psnr).toBeGreaterThan(10) // rounded up, as test sets do
    await expect(measure(20, 40, 4)).rejects.toMatchObject({
      code: 'bad-request',
      file: path.join(folder, 'small.png'),
      message: 'small.png has 20 × 20 px, its large picture 40 × 40 px: that is not ×4.',
    })
    await expect(measure(4, 8, 2)).resolves.toBeDefined()
    await expect(measure(2, 8, 4)).rejects.toMatchObject({
      message: expect.stringContaining('small.png is too small to be measured'),
    })
  })

  it('a set that can be read in part only gives no figure', async () => {
    const set = await mkdtemp(path.join(folder, 'set-'))
    await symlink(path.join(folder, 'photo.png'), path.join(set, 'a.png'))
    expect(await singlePictures({ data: set })).toHaveLength(1)
    await symlink(path.join(folder, 'gone.png'), path.join(set, 'b.png'))
    await expect(singlePictures({ data: set })).rejects.toMatchObject({
      code: 'file-not-found',
      file: path.join(set, 'b.png'),
    })
    await expect(pairsOfFiles(set)).rejects.toMatchObject({ code: 'file-not-found' })
  })

  it('a folder without pairs is told what it would take', async () => {
    await expect(pairsOfFiles(path.join(folder, 'pages/clean'))).rejects.toMatchObject({
      code: 'data-missing',
      hint: expect.stringContaining('a_real and a_mean'),
    })
  })
})

it('test scratches cover 5 %, thinly, and are the same each time', () => {
  const { samples } = scratchMask(200, 150, 3)
  const covered = samples.filter((value) => value === 255).length / samples.length
  expect(covered).toBeGreaterThanOrEqual(0.05)
  expect(covered).toBeLessThan(0.051)
  expect(scratchMask(200, 150, 3).samples).toEqual(samples)
  expect(scratchMask(200, 150, 4).samples).not.toEqual(samples)
})

it('F-measure counts text: half of it found, half of what was found wrong, is 50 %', () => {
  expect(fMeasure([0, 1, 0, 1], [0, 0, 1, 1])).toBeCloseTo(50)
  expect(fMeasure([0, 0, 0, 1], [0, 0, 1, 1])).toBeCloseTo(80)
})

it('Y is in studio range: 16 for black, 235 for white', () => {
  const [black, white, red] = studioLuma(Float32Array.of(0, 0, 0, 1, 1, 1, 1, 0, 0), 3)
  expect(255 * black).toBeCloseTo(16, 4)
  expect(255 * white).toBeCloseTo(235, 4)
  expect(255 * red).toBeCloseTo(81.481, 3)
})
