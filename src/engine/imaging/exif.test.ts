import { expect, test } from 'vitest'
import { uniform } from '../../../test/fixtures/pictures.ts'
import { addExifToTiff, exifDensity, exifFromTiff, normaliseExif } from './exif.ts'
import { sharp } from './libvips.ts'
import { normaliseXmp } from './xmp.ts'

const picture = { create: { width: 12, height: 8, channels: 3 as const, background: '#406080' } }

/** An EXIF block by hand, in either byte order: orientation 6, 300 dpi, a maker note, a size and a thumbnail. */
function handmadeExif(order: 'II' | 'MM'): Buffer {
  const bytes = Buffer.alloc(200)
  const little = order === 'II'
  const u16 = (value: number, at: number) =>
    little ? bytes.writeUInt16LE(value, at) : bytes.writeUInt16BE(value, at)
  const u32 = (value: number, at: number) =>
    little ? bytes.writeUInt32LE(value, at) : bytes.writeUInt32BE(value, at)
  const entry = (at: number, tag: number, type: number, count: number, value: number) => {
    u16(tag, at)
    u16(type, at + 2)
    u32(count, at + 4)
    if (type === 3 && count === 1) u16(value, at + 8)
    else u32(value, at + 8)
  }
  bytes.write(order, 0, 'latin1')
  u16(42, 2)
  u32(8, 4)
  u16(5, 8) // first directory
  entry(10, 0x010f, 2, 7, 80) // make
  entry(22, 0x0112, 3, 1, 6) // orientation
  entry(34, 0x011a, 5, 1, 90) // x resolution
  entry(46, 0x0128, 3, 1, 2) // per inch
  entry(58, 0x8769, 4, 1, 100) // Exif directory
  u32(180, 70) // a second directory: the thumbnail's
  bytes.write('Limpid\0', 80, 'latin1')
  u32(3000, 90)
  u32(10, 94)
  u16(4, 100)
  entry(102, 0x829a, 5, 1, 160) // exposure time
  entry(114, 0x927c, 7, 12, 168) // maker note
  entry(126, 0xa002, 4, 1, 4000) // pixel width
  entry(138, 0xa003, 3, 1, 3000) // pixel height
  u32(1, 160)
  u32(250, 164)
  bytes.write('MAKERNOTE-01', 168, 'latin1')
  return Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), bytes])
}

test('an EXIF block for an upright picture: orientation 1, its new size, no thumbnail, the rest byte for byte', () => {
  for (const order of ['II', 'MM'] as const) {
    const before = handmadeExif(order)
    const untouched = Buffer.from(before)
    const after = normaliseExif(before, { width: 3000, height: 4000 })
    expect(before.equals(untouched)).toBe(true)
    const read = (at: number) => (order === 'II' ? after.readUInt16LE(6 + at) : after.readUInt16BE(6 + at))
    const read32 = (at: number) => (order === 'II' ? after.readUInt32LE(6 + at) : after.readUInt32BE(6 + at))
    expect(read(30)).toBe(1)
    expect(read32(134)).toBe(3000)
    expect(read(146)).toBe(4000)
    expect(read32(70)).toBe(0)
    const changed = [...after.keys()].filter((i) => after[i] !== before[i])
    expect(changed.every((i) => [30, 31, 70, 71, 72, 73, 134, 135, 136, 137, 146, 147].includes(i - 6))).toBe(
      true,
    )
    expect(exifDensity(after)).toBe(300)
  }
})

test('EXIF of either byte order goes into a TIFF, which stays readable, and comes out again', async () => {
  const tiff = await sharp(picture).tiff({ compression: 'deflate' }).toBuffer()
  expect(exifFromTiff(tiff)).toBeNull()
  for (const order of ['II', 'MM'] as const) {
    const withExif = addExifToTiff(tiff, handmadeExif(order))
    const info = await sharp(withExif).metadata()
    expect([info.width, info.height, info.orientation]).toEqual([12, 8, 1])
    const pixels = (bytes: Buffer) => sharp(bytes).raw().toBuffer()
    expect((await pixels(withExif)).equals(await pixels(tiff))).toBe(true)

    const exif = exifFromTiff(withExif)
    expect(exif?.toString('latin1')).toContain('Limpid')
    expect(exif?.toString('latin1')).toContain('MAKERNOTE-01')
    // libexif, by way of libvips, reads it: it survives being written into a JPEG. 1/250 s is 1 and 250.
    const rational = Buffer.from([1, 0, 0, 0, 250, 0, 0, 0])
    expect(exif?.includes(rational)).toBe(true)
    // A second time, nothing is doubled.
    const again = exifFromTiff(addExifToTiff(withExif, handmadeExif(order)))
    expect(again?.equals(exif as Buffer)).toBe(true)
  }
})

test('a damaged block is passed on or passed over, never a crash', async () => {
  const random = uniform(3)
  const tiff = await sharp(picture).tiff({ compression: 'none' }).toBuffer()
  const good = handmadeExif('MM')
  for (let round = 0; round < 800; round++) {
    const exif = Buffer.from(good.subarray(0, 1 + Math.floor(random() * good.length)))
    const file = Buffer.from(tiff)
    for (let i = 0; i < 4; i++) {
      exif[Math.floor(random() * exif.length)] = Math.floor(random() * 256)
      file[Math.floor(random() * file.length)] = Math.floor(random() * 256)
    }
    expect(normaliseExif(exif, { width: 5, height: 5 }).length).toBe(exif.length)
    addExifToTiff(tiff, exif)
    addExifToTiff(file, good)
    exifFromTiff(file)
    exifDensity(exif)
  }
  expect(normaliseExif(Buffer.from('rubbish'), { width: 1, height: 1 }).toString()).toBe('rubbish')
})

test('an EXIF block that is damaged further on is set upright all the same', async () => {
  for (const order of ['II', 'MM'] as const) {
    const good = handmadeExif(order)
    const lost = Buffer.from(good) // its Exif directory is said to be where nothing is
    lost.fill(0x7f, 6 + 66, 6 + 70)
    const damaged = {
      'an Exif directory that is nowhere': lost,
      'no word for the next directory': good.subarray(0, 6 + 70),
      'cut in its first directory': good.subarray(0, 6 + 60),
    }
    for (const [what, exif] of Object.entries(damaged)) {
      expect(await orientationToldBy(exif), what).toBe(6)
      const upright = normaliseExif(exif, { width: 3000, height: 4000 })
      expect(await orientationToldBy(upright), what).toBe(1)
      expect(upright.length).toBe(exif.length)
    }
    const upright = normaliseExif(lost, { width: 3000, height: 4000 })
    expect(upright.readUInt32LE(6 + 70), 'the thumbnail is unlinked').toBe(0)
  }
})

/** What libexif, by way of libvips, reads in a JPEG that holds the block. */
async function orientationToldBy(exif: Buffer): Promise<number | undefined> {
  const jpeg = await sharp(picture).jpeg().toBuffer()
  const marker = Buffer.from([0xff, 0xe1, 0, 0])
  marker.writeUInt16BE(exif.length + 2, 2)
  const file = Buffer.concat([jpeg.subarray(0, 2), marker, exif, jpeg.subarray(2)])
  return (await sharp(file).metadata()).orientation
}

test("XMP's copy of the orientation is set upright in both of its spellings, and nothing else changes", () => {
  const xmp = (value: number) =>
    Buffer.from(`<a tiff:Orientation="${value}" x="6"/><tiff:Orientation>${value}</tiff:Orientation>é`)
  const size = { width: 40, height: 60 }
  expect(normaliseXmp(xmp(6), size).equals(xmp(1))).toBe(true)
  const latin = Buffer.from([0x3c, 0xe9, 0xff]) // not even UTF-8
  expect(normaliseXmp(latin, size)).toBe(latin)
})
