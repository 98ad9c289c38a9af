import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { greyProfile, photoLikePicture, randomPicture } from '../../../test/fixtures/pictures.ts'
import type { OutputFormat } from '../../contract/picture.ts'
import { type DecodedPicture, decodePicture, type PictureMetadata } from './decode.ts'
import { encodePicture, requireTarget } from './encode.ts'
import { sharp } from './libvips.ts'
import { isLosslessWebp } from './lossless-webp.ts'
import type { Raster } from './raster.ts'

let folder: string
beforeAll(async () => {
  folder = await fs.mkdtemp(join(tmpdir(), 'limpid-encode-'))
})
afterAll(() => fs.rm(folder, { recursive: true, force: true }))

const EXTENSION: Record<OutputFormat, string> = {
  png: 'png',
  jpeg: 'jpg',
  webp: 'webp',
  avif: 'avif',
  tiff: 'tif',
}
const FORMATS = Object.keys(EXTENSION) as OutputFormat[]

let counter = 0
function newPath(format: OutputFormat): string {
  return join(folder, `${counter++}.${EXTENSION[format]}`)
}

/** Saves and decodes again. */
async function roundTrip(
  raster: Raster,
  format: OutputFormat,
  meta: PictureMetadata | null = null,
  quality?: number,
) {
  const saved = await encodePicture(raster, meta, { path: newPath(format), quality })
  const back = await decodePicture(saved.path)
  expect(back.meta.info.format).toBe(format)
  expect(saved.bytes).toBe((await fs.stat(saved.path)).size)
  return { saved, back }
}

function meanDifference(a: Raster, b: Raster): number {
  let sum = 0
  for (let i = 0; i < a.samples.length; i++) sum += Math.abs(a.samples[i] - b.samples[i])
  return sum / a.samples.length
}

/** A JPEG file of a phone held upright, with everything that a file can say about its picture. */
async function richPicture(channels: 1 | 3 = 3): Promise<DecodedPicture> {
  const { width, height, samples } = photoLikePicture(60, 40, channels, 8)
  const xmp =
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="6"/>' +
    '<tiff:Orientation>6</tiff:Orientation>kept</x:xmpmeta>'
  const pixels = sharp(samples, { raw: { width, height, channels } })
  const tagged =
    channels === 1 ? pixels.toColourspace('b-w') : pixels.withMetadata({ orientation: 6, icc: 'p3' })
  const bytes = await tagged
    .withExif({
      IFD0: { Make: 'Limpid', Model: 'Test Camera', Copyright: 'Nobody', Orientation: '6' },
      IFD2: { DateTimeOriginal: '2024:02:29 12:34:56', FNumber: '28/10' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 3230/100' },
    })
    .withXmp(xmp)
    .withDensity(300)
    .jpeg({ quality: 90 })
    .toBuffer()
  const path = join(folder, `rich-${counter++}.jpg`)
  await fs.writeFile(path, bytes)
  return decodePicture(path)
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

test('profile, EXIF, XMP and DPI go into every format and come out again', async () => {
  const { raster, meta } = await richPicture()
  expect([raster.width, raster.height]).toEqual([40, 60])
  for (const format of FORMATS) {
    const { back, saved } = await roundTrip(raster, format, meta)
    expect(saved.notes, format).toEqual([])
    expect(back.meta.icc?.equals(meta.icc as Buffer), format).toBe(true)
    const exif = back.meta.exif?.toString('latin1') ?? ''
    for (const kept of ['Limpid', 'Test Camera', 'Nobody', '2024:02:29 12:34:56'])
      expect(exif, format).toContain(kept)
    expect(back.meta.xmp?.toString(), format).toContain('kept')
    expect(back.meta.density, format).toBe(300)
    expect(back.meta.info, format).toMatchObject({ hasExif: true, hasProfile: true })
  }
})

test('the orientation is applied once: the saved file says "upright" in EXIF and XMP, and its size', async () => {
  const { raster, meta } = await richPicture()
  for (const format of FORMATS) {
    const { back, saved } = await roundTrip(raster, format, meta)
    expect([back.raster.width, back.raster.height], format).toEqual([40, 60])
    const { orientation } = await sharp(saved.path).metadata()
    expect(orientation ?? 1, format).toBe(1)
    const xmp = back.meta.xmp?.toString() ?? ''
    expect(xmp, format).toContain('tiff:Orientation="1"')
    expect(xmp, format).toContain('<tiff:Orientation>1<')
    // Once more: a file saved twice does not turn again.
    const again = await roundTrip(back.raster, format, back.meta)
    expect([again.back.raster.width, again.back.raster.height], format).toEqual([40, 60])
  }
})

test('the pixel size that XMP states is the new one, as EXIF’s is; what it does not state is not added', async () => {
  const { raster, meta } = await richPicture()
  const stated = Buffer.from(
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description exif:PixelXDimension="4000" exif:PixelYDimension = \'3000\' ' +
      'tiff:ImageWidth="4000" tiff:ImageLengthy="8"/><tiff:ImageLength>3000</tiff:ImageLength>' +
      '<exif:PixelXDimension rdf:q="a">4000</exif:PixelXDimension></x:xmpmeta>',
  )
  for (const format of FORMATS) {
    const { back } = await roundTrip(raster, format, { ...meta, xmp: stated })
    const xmp = back.meta.xmp?.toString() ?? ''
    for (const said of [
      'exif:PixelXDimension="40"',
      "exif:PixelYDimension = '60'",
      'tiff:ImageWidth="40"',
      'tiff:ImageLengthy="8"',
      '<tiff:ImageLength>60<',
      '<exif:PixelXDimension rdf:q="a">40<',
    ]) {
      expect(xmp, format).toContain(said)
    }
    const plain = (await roundTrip(raster, format, meta)).back.meta.xmp?.toString() ?? ''
    expect(plain, format).not.toContain('PixelXDimension')
  }
})

test('a picture without EXIF, profile or DPI does not get any', async () => {
  const { samples, width, height } = photoLikePicture(20, 10, 3, 8)
  const path = newPath('jpeg')
  await sharp(samples, { raw: { width, height, channels: 3 } })
    .jpeg()
    .toFile(path)
  const plain = await decodePicture(path)
  for (const format of FORMATS) {
    const { back } = await roundTrip(plain.raster, format, plain.meta)
    expect(back.meta, format).toMatchObject({ exif: null, icc: null, xmp: null })
  }
})

test('EXIF survives a chain through every format, TIFF included', async () => {
  let picture = await richPicture()
  for (const format of ['tiff', 'png', 'tiff', 'webp', 'tiff', 'avif', 'tiff', 'jpeg'] as const) {
    picture = (await roundTrip(picture.raster, format, picture.meta)).back
  }
  const exif = picture.meta.exif?.toString('latin1') ?? ''
  for (const kept of ['Limpid', 'Test Camera', 'Nobody', '2024:02:29 12:34:56']) expect(exif).toContain(kept)
})

test('the colours of a wide-gamut picture are the same after saving: the profile fits its pixels', async () => {
  const { raster, meta } = await richPicture()
  const srgbOf = async (path: string) =>
    await sharp(path).toColourspace('srgb').removeAlpha().raw().toBuffer()
  const png = await roundTrip(raster, 'png', meta)
  const wanted = await srgbOf(png.saved.path)
  for (const format of ['jpeg', 'webp', 'avif', 'tiff'] as const) {
    const { saved } = await roundTrip(raster, format, meta, format === 'tiff' ? undefined : 98)
    const got = await srgbOf(saved.path)
    let sum = 0
    for (let i = 0; i < wanted.length; i++) sum += Math.abs(wanted[i] - got[i])
    expect(sum / wanted.length, format).toBeLessThan(3)
  }
})

test('a grey picture keeps its EXIF and stays grey; a profile for other channels is left out and that is said', async () => {
  const grey = await richPicture(1)
  const colourProfile = (await richPicture()).meta.icc
  for (const format of ['png', 'jpeg', 'tiff'] as const) {
    const { back, saved } = await roundTrip(grey.raster, format, { ...grey.meta, icc: colourProfile })
    expect(back.raster.channels, format).toBe(1)
    expect(back.meta.exif?.includes('Limpid'), format).toBe(true)
    expect(saved.notes.join(), format).toMatch(/profile does not fit/)
  }
})

test('a grey profile stays with grey pixels, and is applied where the format has only colour', async () => {
  const grey = await richPicture(1)
  const icc = greyProfile(1.0)
  const meta = { ...grey.meta, icc }
  for (const format of ['png', 'jpeg', 'tiff'] as const) {
    const { back, saved } = await roundTrip(grey.raster, format, meta)
    expect(saved.notes, format).toEqual([])
    expect(back.raster.channels, format).toBe(1)
    expect(back.meta.icc?.equals(icc), format).toBe(true)
  }
  for (const format of ['webp', 'avif'] as const) {
    const { back, saved } = await roundTrip(grey.raster, format, meta)
    expect(saved.notes.join(' '), format).toMatch(/grey colour profile was applied/)
    expect(back.meta.icc, format).toBeNull()
    // A gamma of 1 means light: sRGB's sample for it is far higher.
    expect(back.raster.samples[0], format).toBeGreaterThan(grey.raster.samples[0] + 30)
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

test('the format comes from the name or is asked for; a name without one is refused with the list', async () => {
  const picture = randomPicture(4, 4, 3, 8, false)
  expect((await encodePicture(picture, null, { path: join(folder, 'A.JPEG') })).format).toBe('jpeg')
  expect((await encodePicture(picture, null, { path: join(folder, 'noext'), format: 'png' })).format).toBe(
    'png',
  )
  for (const name of ['photo', 'photo.xyz', 'photo.gif', 'photo.heic']) {
    await expect(requireTarget({ path: join(folder, name) })).rejects.toMatchObject({
      code: 'bad-request',
      message: expect.stringContaining(name),
      hint: expect.stringContaining('PNG, JPEG, WebP, AVIF or TIFF'),
    })
  }
  for (const quality of [0, 101, 50.5, Number.NaN]) {
    await expect(requireTarget({ path: newPath('jpeg'), quality })).rejects.toMatchObject({
      code: 'bad-request',
    })
  }
})

test('a target that is there is kept; overwriting the original is possible when asked for', async () => {
  const picture = randomPicture(12, 12, 3, 8, false)
  const path = newPath('png')
  await encodePicture(picture, null, { path })
  const before = await fs.readFile(path)
  await expect(encodePicture(randomPicture(5, 5, 1, 8, false), null, { path })).rejects.toMatchObject({
    code: 'file-exists',
  })
  expect((await fs.readFile(path)).equals(before)).toBe(true)
  await encodePicture(randomPicture(5, 5, 1, 8, false), null, { path, overwrite: true })
  expect((await decodePicture(path)).raster.width).toBe(5)
})

test('when the disk fills up, the error names the file and the old one is untouched', async () => {
  const path = newPath('png')
  const picture = randomPicture(12, 12, 3, 8, false)
  await encodePicture(picture, null, { path })
  const before = await fs.readFile(path)
  const fullDisk = {
    ...fs,
    open: (async (...args: Parameters<typeof fs.open>) => {
      const handle = await fs.open(...args)
      handle.writeFile = () => Promise.reject(Object.assign(new Error('no space left'), { code: 'ENOSPC' }))
      return handle
    }) as typeof fs.open,
  }
  await expect(encodePicture(picture, null, { path, overwrite: true }, fullDisk)).rejects.toMatchObject({
    code: 'disk-full',
    file: path,
  })
  expect((await fs.readFile(path)).equals(before)).toBe(true)
  expect((await fs.readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([])
})

test('what the disk changed while writing is noticed, and is not saved', async () => {
  const path = newPath('png')
  const badDisk = {
    ...fs,
    open: (async (...args: Parameters<typeof fs.open>) => {
      const handle = await fs.open(...args)
      const write = handle.writeFile.bind(handle)
      handle.writeFile = (data) => {
        const changed = Buffer.from(data as Uint8Array)
        changed[changed.length >> 1] ^= 1
        return write(changed)
      }
      return handle
    }) as typeof fs.open,
  }
  const saving = encodePicture(randomPicture(12, 12, 3, 8, false), null, { path }, badDisk)
  await expect(saving).rejects.toMatchObject({ code: 'result-invalid', file: path })
  await expect(fs.access(path)).rejects.toThrow()
})
