import * as fs from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { inTemporaryFolder, photoLikePicture, randomPicture } from '../../../test/fixtures/pictures.ts'
import { type DecodedPicture, decodePicture } from './decode.ts'
import { sharp } from './libvips.ts'
import { createRaster, type Raster } from './raster.ts'
import { writeThumbnail, writeView } from './thumbnail.ts'

async function fromFile(raster: Raster, folder: string): Promise<DecodedPicture> {
  const { samples, width, height, channels } = raster
  const path = join(folder, 'original.png')
  await sharp(samples, { raw: { width, height, channels } }).withIccProfile('p3').png().toFile(path)
  return decodePicture(path)
}

test('a thumbnail has a long side of 320 px and the proportions of the picture', () =>
  inTemporaryFolder(async (folder) => {
    for (const [width, height, expected] of [
      [900, 600, [320, 213]],
      [300, 1200, [80, 320]],
      [3, 2000, [1, 320]],
      [100, 50, [100, 50]],
      [1, 1, [1, 1]],
    ] as const) {
      const name = await writeThumbnail(
        photoLikePicture(width, height, 3, 8),
        null,
        join(folder, `${width}x${height}`),
      )
      expect(name).toBe(`${width}x${height}.jpg`)
      const info = await sharp(join(folder, name)).metadata()
      expect([info.width, info.height]).toEqual(expected)
    }
  }))

test('a view is exact up to 4 megapixels, and a JPEG of high quality above', () =>
  inTemporaryFolder(async (folder) => {
    const small = randomPicture(50, 40, 3, 8, false)
    expect(await writeView(small, null, join(folder, 'view'))).toBe('view.png')
    expect((await decodePicture(join(folder, 'view.png'))).raster).toEqual(small)

    const large = createRaster(2400, 1700, 1, 8)
    expect(await writeView(large, null, join(folder, 'large'))).toBe('large.jpg')
    const { raster, meta } = await decodePicture(join(folder, 'large.jpg'))
    expect([raster.width, raster.height, raster.channels, meta.info.jpegQuality]).toEqual([2400, 1700, 1, 95])
  }))

test('a 16-bit picture is shown in 8 bits, and a long side can be asked for', () =>
  inTemporaryFolder(async (folder) => {
    for (const channels of [1, 3] as const) {
      const deep = photoLikePicture(200, 100, channels, 16)
      await writeView(deep, null, join(folder, 'deep'), { maxSide: 50 })
      const { raster } = await decodePicture(join(folder, 'deep.png'))
      expect([raster.width, raster.height, raster.depth, raster.channels]).toEqual([50, 25, 8, channels])
      const expected = deep.samples[(50 * 200 + 10) * channels] / 257
      expect(Math.abs(raster.samples[(12 * 50 + 2) * channels] - expected)).toBeLessThan(12)
    }
  }))

test('transparency is shown, grey or colour, shrunk or not', () =>
  inTemporaryFolder(async (folder) => {
    for (const channels of [1, 3] as const) {
      for (const depth of [8, 16] as const) {
        const picture = photoLikePicture(400, 200, channels, depth)
        picture.alpha = picture.samples.slice(0, 80_000).fill(0)
        const name = await writeThumbnail(picture, null, join(folder, 'clear'))
        expect(name).toBe('clear.png')
        const { raster } = await decodePicture(join(folder, name))
        expect([raster.width, raster.alpha?.length]).toEqual([320, 320 * 160])
        expect(raster.alpha?.every((value) => value === 0)).toBe(true)
        expect(await writeView(picture, null, join(folder, 'view'))).toBe('view.png')
        expect((await decodePicture(join(folder, 'view.png'))).meta.info).toMatchObject({
          channels,
          hasAlpha: true,
        })
      }
    }
  }))

test('the colour profile goes along, so that the screen shows the right colours', () =>
  inTemporaryFolder(async (folder) => {
    const { raster, meta } = await fromFile(photoLikePicture(640, 400, 3, 8), folder)
    for (const name of [
      await writeThumbnail(raster, meta, join(folder, 'thumbnail')),
      await writeView(raster, meta, join(folder, 'view')),
    ]) {
      expect((await decodePicture(join(folder, name))).meta.icc?.equals(meta.icc as Buffer), name).toBe(true)
    }
    const wanted = await sharp(join(folder, 'original.png')).toColourspace('srgb').raw().toBuffer()
    const shown = await sharp(join(folder, 'view.png')).toColourspace('srgb').raw().toBuffer()
    expect(shown.equals(wanted)).toBe(true)
  }))

test('a view is written anew over an old one, and a folder that is gone is an error', () =>
  inTemporaryFolder(async (folder) => {
    const stem = join(folder, 'view')
    await writeView(randomPicture(5, 5, 3, 8, false, 1), null, stem)
    await writeView(randomPicture(6, 5, 3, 8, false, 2), null, stem)
    expect((await decodePicture(`${stem}.png`)).raster.width).toBe(6)
    await fs.rm(`${stem}.png`)
    await expect(
      writeView(randomPicture(5, 5, 3, 8, false), null, join(folder, 'nowhere', 'view')),
    ).rejects.toMatchObject({ code: 'file-unwritable', message: expect.stringContaining('view.png') })
  }))
