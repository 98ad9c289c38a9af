import * as fs from 'node:fs/promises'
import { expect, test } from 'vitest'
import { photoLikePicture, randomPicture } from '../../../test/fixtures/pictures.ts'
import type { OutputFormat } from '../../contract/picture.ts'
import { decodePicture, type PictureMetadata } from './decode.ts'
import { encodePicture } from './encode.ts'
import { sharp } from './libvips.ts'
import { isLosslessWebp } from './lossless-webp.ts'
import type { Raster } from './raster.ts'
import { FORMATS, savedPictures } from './testing/saved-pictures.ts'

const { newPath, roundTrip, richPicture } = savedPictures()

function meanDifference(a: Raster, b: Raster): number {
  let sum = 0
  for (let i = 0; i < a.samples.length; i++) sum += Math.abs(a.samples[i] - b.samples[i])
  return sum / a.samples.length
}

test('PNG and TIFF give back every sample and every alpha, at 8 and 16 bit, grey and colour', async () => {
  for (const format of ['png', 'tiff'] as const) {
    for (const channels of [1, 3] as const) {
      for (const depth of [8, 16] as const) {
        for (const withAlpha of [false, true]) {
          const picture = randomPicture(23, 19, channels, depth, withAlpha)
          for (const compression of [undefined, 'fast'] as const) {
            const saved = await encodePicture(picture, null, { path: newPath(format), compression })
            expect(saved.notes).toEqual([])
            expect((await decodePicture(saved.path)).raster).toEqual(picture)
          }
        }
      }
    }
  }
})

test('16-bit pictures with a profile and EXIF are as exact as those without', async () => {
  const { meta } = await richPicture()
  for (const withAlpha of [false, true]) {
    const picture = randomPicture(40, 60, 3, 16, withAlpha)
    for (const format of ['png', 'tiff'] as const) {
      expect((await roundTrip(picture, format, meta)).back.raster).toEqual(picture)
    }
  }
})

test('JPEG, WebP and AVIF give back nearly the same picture, grey or colour', async () => {
  for (const format of ['jpeg', 'webp', 'avif'] as const) {
    for (const channels of [1, 3] as const) {
      const picture = photoLikePicture(96, 64, channels, 8)
      const { back, saved } = await roundTrip(picture, format)
      let compared = back.raster
      if (channels === 1 && format !== 'jpeg') {
        expect(saved.notes).toEqual([expect.stringContaining('no grey pictures')])
        compared = { ...compared, samples: compared.samples.filter((_, i) => i % 3 === 1) }
      } else {
        expect(saved.notes).toEqual([])
      }
      expect(meanDifference(picture, compared), `${format} ${channels}`).toBeLessThan(3)
    }
  }
})

test('what a format can not hold is said', async () => {
  const deep = randomPicture(20, 20, 3, 16, true)
  const notesOf = async (format: OutputFormat) => (await roundTrip(deep, format)).saved.notes.join(' ')
  expect(await notesOf('jpeg')).toMatch(/transparency.*white.*8 bits/)
  expect(await notesOf('webp')).toMatch(/8 bits/)
  expect(await notesOf('avif')).toMatch(/12 bits/)
  expect(await notesOf('png')).toBe('')
  expect(await notesOf('tiff')).toBe('')
})

test('transparency in a JPEG becomes white, half of it half', async () => {
  for (const depth of [8, 16] as const) {
    const max = depth === 8 ? 255 : 65535
    const picture = randomPicture(32, 8, 3, depth, true)
    picture.samples.fill(0)
    picture.alpha?.forEach((_, i, alpha) => {
      alpha[i] = i % 32 < 16 ? 0 : Math.round(max / 2)
    })
    const { back } = await roundTrip(picture, 'jpeg')
    expect(back.raster.samples[0]).toBeGreaterThan(252)
    expect(Math.abs(back.raster.samples[31 * 3] - 128)).toBeLessThan(4)
  }
})

test('transparency is kept by WebP and AVIF, and the colours under it by WebP', async () => {
  const picture = photoLikePicture(32, 32, 3, 8)
  picture.alpha = new Uint8Array(1024).map((_, i) => (i % 32 < 16 ? 0 : 255))
  for (const format of ['webp', 'avif'] as const) {
    const { back } = await roundTrip(picture, format)
    expect(back.raster.alpha?.[0], format).toBeLessThan(3)
    expect(back.raster.alpha?.[31], format).toBeGreaterThan(252)
    if (format === 'webp') expect(meanDifference(back.raster, picture)).toBeLessThan(10)
  }
})

test('a JPEG is saved at its own quality but not below 92; anything else at 95; 4:4:4 unless it was not', async () => {
  const picture = photoLikePicture(64, 48, 3, 8)
  const saveJpeg = async (meta: PictureMetadata | null, quality?: number) => {
    const { info, chromaSubsampling } = (await roundTrip(picture, 'jpeg', meta, quality)).back.meta
    return [info.jpegQuality, chromaSubsampling]
  }
  const from = async (quality: number, chromaSubsampling: string) => {
    const path = newPath('jpeg')
    const { width, height, samples } = picture
    await sharp(samples, { raw: { width, height, channels: 3 } })
      .jpeg({ quality, chromaSubsampling })
      .toFile(path)
    return (await decodePicture(path)).meta
  }
  expect(await saveJpeg(null)).toEqual([95, '4:4:4'])
  expect(await saveJpeg(await from(97, '4:4:4'))).toEqual([97, '4:4:4'])
  expect(await saveJpeg(await from(60, '4:2:0'))).toEqual([92, '4:2:0'])
  expect(await saveJpeg(await from(60, '4:2:0'), 80)).toEqual([80, '4:2:0'])
})

test('a WebP without loss is saved without loss, with metadata and transparency too; one with loss, or a quality, is not', async () => {
  const picture = randomPicture(24, 16, 3, 8, false)
  const seeThrough = randomPicture(24, 16, 3, 8, true)
  const { meta: rich } = await richPicture()
  const read = async (raster: Raster, lossless: boolean, withMeta: boolean) => {
    const path = newPath('webp')
    const { width, height, samples, alpha } = raster
    let pipeline = sharp(samples, { raw: { width, height, channels: 3 } })
    if (alpha) pipeline = pipeline.joinChannel(Buffer.from(alpha), { raw: { width, height, channels: 1 } })
    if (withMeta) pipeline = pipeline.withIccProfile('p3').withExif({ IFD0: { Make: 'Limpid' } })
    await pipeline.webp({ lossless, exact: true, quality: 90 }).toFile(path)
    return decodePicture(path)
  }
  for (const withMeta of [false, true]) {
    for (const raster of [picture, seeThrough]) {
      const kept = await read(raster, true, withMeta)
      const { back } = await roundTrip(kept.raster, 'webp', kept.meta)
      expect(back.raster).toEqual(kept.raster)
      const asked = await roundTrip(kept.raster, 'webp', kept.meta, 90)
      expect(meanDifference(asked.back.raster, kept.raster)).toBeGreaterThan(1)
      expect((await read(raster, false, withMeta)).meta.losslessWebp).toBe(false)
    }
  }
  for (const meta of [null, rich]) {
    expect((await roundTrip(picture, 'webp', meta)).back.meta.losslessWebp).toBe(false)
  }
  const frames = await sharp(picture.samples, { raw: { width: 24, height: 16, channels: 3, pageHeight: 8 } })
    .webp({ lossless: true })
    .toBuffer()
  expect(frames.toString('latin1')).toContain('ANMF')
  expect(isLosslessWebp(frames)).toBe(true)
  expect(isLosslessWebp(frames.subarray(0, 20))).toBe(false)
})

test('of a picture that is black and white alone a format that puts greys into it is told of', async () => {
  for (const depth of [8, 16] as const) {
    const page = randomPicture(20, 20, 1, depth, false)
    const white = depth === 8 ? 255 : 65535
    page.samples.forEach((_, i) => {
      page.samples[i] = i % 3 === 0 ? white : 0
    })
    const notesOf = async (format: OutputFormat) => (await roundTrip(page, format)).saved.notes.join(' ')
    for (const format of ['jpeg', 'webp', 'avif'] as const)
      expect(await notesOf(format)).toMatch(/puts greys/)
    for (const format of ['png', 'tiff'] as const) expect(await notesOf(format)).toBe('')
    page.samples[7] = 1
    expect(await notesOf('jpeg')).not.toMatch(/greys around/)
  }
})

test('pictures of 1 × 1 px and 3 × 2000 px go into every format', async () => {
  for (const [width, height] of [
    [1, 1],
    [3, 2000],
  ]) {
    for (const format of FORMATS) {
      const { back } = await roundTrip(randomPicture(width, height, 3, 8, false), format)
      expect([back.raster.width, back.raster.height]).toEqual([width, height])
    }
  }
})

test('more pixels a side than a format holds is said before anything is written', async () => {
  const wide = randomPicture(16400, 1, 1, 8, false)
  for (const format of ['webp', 'avif'] as const) {
    const path = newPath(format)
    await expect(encodePicture(wide, null, { path })).rejects.toMatchObject({
      code: 'bad-request',
      message: expect.stringContaining('16400 × 1 px'),
      hint: expect.stringContaining('PNG or TIFF'),
    })
    await expect(fs.access(path)).rejects.toThrow()
  }
})
