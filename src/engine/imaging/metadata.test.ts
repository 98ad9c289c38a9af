import { expect, test } from 'vitest'
import { greyProfile, photoLikePicture } from '../../../test/fixtures/pictures.ts'
import { decodePicture } from './decode.ts'
import { sharp } from './libvips.ts'
import { FORMATS, savedPictures } from './testing/saved-pictures.ts'

const { newPath, roundTrip, richPicture } = savedPictures()

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
