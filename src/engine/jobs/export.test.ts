import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { decodePicture } from '../imaging/decode.ts'
import { toFloat } from '../imaging/raster.ts'
import { resizeBicubic } from '../imaging/resample.ts'
import { random } from '../random.ts'
import { exportPicture } from './export.ts'
import type { JobContext } from './job.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'limpid-export-'))
})
afterAll(() => rm(folder, { recursive: true }))

const context = { step: async () => {} } as unknown as JobContext

async function picture(name: string, width: number, height: number, channels: 1 | 3 | 4, seed: number) {
  const draw = random(seed)
  const samples = Uint8Array.from({ length: width * height * channels }, () => 30 + draw.below(190))
  const file = path.join(folder, name)
  await sharp(samples, { raw: { width, height, channels } })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .toFile(file)
  return file
}

async function saved(original: string, result: string, strength: number) {
  const target = { path: path.join(folder, 'out.png'), overwrite: true }
  await exportPicture({ path: original, result, strength, target }, context)
  return (await decodePicture(target.path)).raster
}

it('an enlarged result is saved at its size, blended with the bicubic enlargement', async () => {
  const original = await picture('small.png', 30, 20, 3, 1)
  const result = await picture('large.tif', 90, 60, 3, 2)
  const large = (await decodePicture(result)).raster
  expect((await saved(original, result, 1)).samples).toEqual(large.samples)
  const small = (await decodePicture(original)).raster
  const bicubic = resizeBicubic(toFloat(small), 30, 20, 3, 90, 60)
  const half = await saved(original, result, 0.5)
  expect([half.width, half.height]).toEqual([90, 60])
  for (let i = 0; i < half.samples.length; i++) {
    const blended = Math.min(255, Math.max(0, (255 * bicubic[i] + large.samples[i]) / 2))
    expect(Math.abs(half.samples[i] - blended)).toBeLessThan(0.51)
  }
})

it('an enlarged result keeps its own transparency, one of the same size the original’s', async () => {
  const original = await picture('see-through.png', 20, 10, 4, 3)
  const result = await picture('see-through-large.tif', 40, 20, 4, 4)
  const large = await saved(original, result, 0.5)
  expect(large.alpha).toEqual((await decodePicture(result)).raster.alpha)
  const same = await saved(original, original, 0.5)
  expect(same.alpha).toEqual((await decodePicture(original)).raster.alpha)
})

it('an enlargement is blended without what is hidden under transparency', async () => {
  const samples = Uint8Array.from({ length: 20 * 10 * 4 }, (_, i) => (Math.floor(i / 4) % 20 < 10 ? 255 : 0))
  const original = path.join(folder, 'half.png')
  await sharp(samples, { raw: { width: 20, height: 10, channels: 4 } }).toFile(original)
  const result = path.join(folder, 'half-large.png')
  await sharp(original).resize(40, 20, { kernel: 'nearest' }).toFile(result)
  const { samples: blended, alpha } = await saved(original, result, 0.5)
  const visible = blended.filter((_, i) => alpha![Math.floor(i / 3)] > 0)
  expect(visible).toHaveLength(3 * 20 * 20)
  expect(Math.min(...visible)).toBe(255)
})

it('a grey page of a coloured one, and a coloured result of a grey picture, are blended in colour', async () => {
  const coloured = await picture('coloured.png', 20, 10, 3, 5)
  const grey = await picture('grey.png', 20, 10, 1, 6)
  const colouredSamples = (await decodePicture(coloured)).raster.samples
  const greySamples = (await decodePicture(grey)).raster.samples
  for (const [original, result] of [
    [coloured, grey],
    [grey, coloured],
  ]) {
    const half = await saved(original, result, 0.5)
    expect(half.channels).toBe(3)
    for (let i = 0; i < half.samples.length; i++) {
      const mean = (colouredSamples[i] + greySamples[Math.floor(i / 3)]) / 2
      expect(Math.abs(half.samples[i] - mean)).toBeLessThan(0.51)
    }
  }
  expect((await saved(coloured, grey, 1)).channels).toBe(1)
  expect((await saved(grey, coloured, 1)).samples).toEqual(colouredSamples)
})

it('a result of another picture is refused', async () => {
  const original = await picture('one.png', 20, 10, 3, 7)
  const other = await picture('other.tif', 40, 21, 3, 8)
  await expect(saved(original, other, 1)).rejects.toMatchObject({ code: 'result-invalid', file: original })
})
