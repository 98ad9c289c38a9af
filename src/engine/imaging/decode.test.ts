import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { handmadeTiff, photoLikePicture, randomPicture } from '../../../test/fixtures/pictures.ts'
import { decodePicture, describePicture } from './decode.ts'
import { sharp } from './libvips.ts'
import type { Raster } from './raster.ts'

let folder: string
beforeAll(async () => {
  folder = await fs.mkdtemp(join(tmpdir(), 'limpid-decode-'))
})
afterAll(() => fs.rm(folder, { recursive: true, force: true }))

async function file(name: string, bytes: Buffer | string): Promise<string> {
  const path = join(folder, name)
  await fs.writeFile(path, bytes)
  return path
}

/** A raster without alpha as a sharp pipeline. */
function pipeline(raster: Raster) {
  const { width, height, channels, depth } = raster
  const space = channels === 3 ? (depth === 8 ? 'srgb' : 'rgb16') : depth === 8 ? 'b-w' : 'grey16'
  return sharp(raster.samples, { raw: { width, height, channels } }).toColourspace(space)
}

function worstDifference(a: Raster, b: Raster): number {
  expect([a.width, a.height, a.channels, a.depth]).toEqual([b.width, b.height, b.channels, b.depth])
  let worst = 0
  for (let i = 0; i < a.samples.length; i++) worst = Math.max(worst, Math.abs(a.samples[i] - b.samples[i]))
  return worst
}

test('PNG and TIFF of 8 and 16 bit, grey and colour, decode to exactly their samples', async () => {
  for (const channels of [1, 3] as const) {
    for (const depth of [8, 16] as const) {
      const picture = randomPicture(31, 17, channels, depth, false)
      for (const name of ['a.png', 'deflate.tif', 'none.tif']) {
        const encoded = name.endsWith('.png')
          ? pipeline(picture).png()
          : pipeline(picture).tiff({ compression: name === 'none.tif' ? 'none' : 'deflate' })
        const path = await file(`${channels}-${depth}-${name}`, await encoded.toBuffer())
        const { raster, meta } = await decodePicture(path)
        expect(raster, name).toEqual(picture)
        expect(meta.info).toMatchObject({ depth, channels, hasAlpha: false, notes: [] })
      }
    }
  }
})

test('alpha comes apart, exactly, for grey and colour, 8 and 16 bit', async () => {
  for (const bands of [2, 4] as const) {
    for (const depth of [8, 16] as const) {
      const all = randomPicture(9 * bands, 7, 1, depth, false).samples
      const space = bands === 4 ? (depth === 8 ? 'srgb' : 'rgb16') : depth === 8 ? 'b-w' : 'grey16'
      const png = sharp(all, { raw: { width: 9, height: 7, channels: bands } })
        .toColourspace(space)
        .png()
      const { raster, meta } = await decodePicture(
        await file(`alpha-${bands}-${depth}.png`, await png.toBuffer()),
      )
      expect([raster.channels, raster.depth, meta.info.hasAlpha]).toEqual([bands - 1, depth, true])
      for (let i = 0; i < 63; i++) {
        expect(raster.alpha?.[i]).toBe(all[i * bands + bands - 1])
        for (let c = 0; c < bands - 1; c++)
          expect(raster.samples[i * (bands - 1) + c]).toBe(all[i * bands + c])
      }
    }
  }
})

test('JPEG, WebP, AVIF and GIF decode to nearly what was saved', async () => {
  const picture = photoLikePicture(96, 64, 3, 8)
  const cases: [string, Promise<Buffer>, number][] = [
    ['a.jpg', pipeline(picture).jpeg({ quality: 98, chromaSubsampling: '4:4:4' }).toBuffer(), 16],
    ['a.webp', pipeline(picture).webp({ lossless: true }).toBuffer(), 0],
    ['a.avif', pipeline(picture).avif({ lossless: true }).toBuffer(), 0],
    ['a.gif', pipeline(picture).gif().toBuffer(), 80],
  ]
  for (const [name, bytes, tolerance] of cases) {
    const { raster, meta } = await decodePicture(await file(name, await bytes))
    expect(worstDifference(raster, picture), name).toBeLessThanOrEqual(tolerance)
    expect(raster.alpha, name).toBeNull()
    expect(meta.info.notes, name).toEqual([])
  }
})

test('a grey JPEG stays one channel; a palette PNG becomes RGB; a 12-bit AVIF has white at 65535', async () => {
  const grey = await pipeline(photoLikePicture(40, 30, 1, 8))
    .jpeg()
    .toBuffer()
  expect((await decodePicture(await file('grey.jpg', grey))).raster.channels).toBe(1)

  const palette = await pipeline(photoLikePicture(40, 30, 3, 8))
    .png({ palette: true, colours: 16 })
    .toBuffer()
  const fromPalette = await decodePicture(await file('palette.png', palette))
  expect(fromPalette.raster).toMatchObject({ channels: 3, depth: 8, alpha: null })

  const white = { ...randomPicture(8, 8, 3, 16, false), samples: new Uint16Array(192).fill(65535) }
  const avif = await pipeline(white).avif({ lossless: true, bitdepth: 12 }).toBuffer()
  const { raster } = await decodePicture(await file('white.avif', avif))
  expect(raster.depth).toBe(16)
  expect(raster.samples.every((value) => value === 65535)).toBe(true)
})

test('all eight EXIF orientations come out upright', async () => {
  const upright = photoLikePicture(48, 32, 3, 8, 5)
  const right = upright.width - 1
  const bottom = upright.height - 1
  // Exif 3.0, tag 0x0112: which upright pixel [x, y] a camera stores in row r, column c.
  const storedPixel: Record<number, (r: number, c: number) => [number, number]> = {
    1: (r, c) => [c, r],
    2: (r, c) => [right - c, r],
    3: (r, c) => [right - c, bottom - r],
    4: (r, c) => [c, bottom - r],
    5: (r, c) => [r, c],
    6: (r, c) => [right - r, c],
    7: (r, c) => [right - r, bottom - c],
    8: (r, c) => [r, bottom - c],
  }
  for (const [orientation, pixelAt] of Object.entries(storedPixel)) {
    const onItsSide = Number(orientation) >= 5
    const width = onItsSide ? upright.height : upright.width
    const height = onItsSide ? upright.width : upright.height
    const stored = new Uint8Array(upright.samples.length)
    for (let i = 0; i < width * height; i++) {
      const [x, y] = pixelAt(Math.floor(i / width), i % width)
      for (let c = 0; c < 3; c++) stored[i * 3 + c] = upright.samples[(y * upright.width + x) * 3 + c]
    }
    const tagged = sharp(stored, { raw: { width, height, channels: 3 } }).withMetadata({
      orientation: Number(orientation),
    })
    const path = await file(`orientation-${orientation}.png`, await tagged.png().toBuffer())
    const { raster } = await decodePicture(path)
    expect(worstDifference(raster, upright), `orientation ${orientation}`).toBe(0)
    expect(await describePicture(path)).toMatchObject({ width: 48, height: 32 })

    const jpeg = await file(
      `orientation-${orientation}.jpg`,
      await tagged.clone().jpeg({ quality: 98 }).toBuffer(),
    )
    expect(worstDifference((await decodePicture(jpeg)).raster, upright)).toBeLessThan(100)
  }
})

test('that the EXIF data of a BigTIFF is not kept is said; of a plain TIFF it is', async () => {
  for (const bigtiff of [true, false]) {
    const bytes = await pipeline(photoLikePicture(40, 30, 3, 8))
      .withExif({ IFD0: { Artist: 'Ada' } })
      .tiff({ bigtiff })
      .toBuffer()
    const { raster, meta } = await decodePicture(await file(`big-${bigtiff}.tif`, bytes))
    expect(raster).toMatchObject({ width: 40, height: 30 })
    expect(meta.info.notes).toEqual(bigtiff ? [expect.stringContaining('BigTIFF')] : [])
  }
})

test('a CMYK JPEG becomes sRGB, and that is said', async () => {
  const bytes = await pipeline(photoLikePicture(40, 30, 3, 8))
    .toColourspace('cmyk')
    .withIccProfile('cmyk')
    .jpeg()
    .toBuffer()
  const { raster, meta } = await decodePicture(await file('print.jpg', bytes))
  expect(raster).toMatchObject({ channels: 3, depth: 8, alpha: null })
  expect(meta.icc).toBeNull()
  expect(meta.info.notes).toEqual([expect.stringContaining('CMYK')])
  const middle = photoLikePicture(40, 30, 3, 8)
  let sum = 0
  for (let i = 0; i < raster.samples.length; i++) sum += Math.abs(raster.samples[i] - middle.samples[i])
  expect(sum / raster.samples.length).toBeLessThan(20)
})

test('floating-point, signed and 32-bit TIFFs become 16 bit, and what was taken as white is said', async () => {
  const ramp = Array.from({ length: 48 }, (_, i) => i / 47)
  const floats = (scale: number): Buffer => Buffer.from(Float32Array.from(ramp, (v) => v * scale).buffer)
  const expected = Uint16Array.from(ramp, (v) => v * 65535 + 0.5)
  const cases: [string, Parameters<typeof handmadeTiff>[0], RegExp][] = [
    [
      'grey.tif',
      { width: 8, height: 6, channels: 1, bits: 32, sampleFormat: 3, data: floats(1), photometric: 1 },
      /float.* 1 as/,
    ],
    [
      '255.tif',
      { width: 8, height: 6, channels: 1, bits: 32, sampleFormat: 3, data: floats(255), photometric: 1 },
      /255 as/,
    ],
    [
      'rgb.tif',
      { width: 8, height: 2, channels: 3, bits: 32, sampleFormat: 3, data: floats(1), photometric: 2 },
      /float/,
    ],
    [
      'uint.tif',
      {
        width: 8,
        height: 6,
        channels: 1,
        bits: 32,
        sampleFormat: 1,
        data: Buffer.from(Uint32Array.from(ramp, (v) => v * (2 ** 32 - 1)).buffer),
        photometric: 1,
      },
      /uint/,
    ],
  ]
  for (const [name, tiff, note] of cases) {
    const { raster, meta } = await decodePicture(await file(name, handmadeTiff(tiff)))
    expect([raster.depth, raster.channels], name).toEqual([16, tiff.channels])
    for (let i = 0; i < 48; i++)
      expect(Math.abs(raster.samples[i] - expected[i]), name).toBeLessThanOrEqual(1)
    expect(meta.info.notes.join(' '), name).toMatch(note)
  }
  const bad = floats(1)
  bad.writeFloatLE(Number.NaN, 0)
  bad.writeFloatLE(Infinity, 4)
  const { raster } = await decodePicture(await file('nan.tif', handmadeTiff({ ...cases[0][1], data: bad })))
  expect([raster.samples[0], raster.samples[1], raster.samples[47]]).toEqual([0, 65535, 65535])
})

test('of an animation, the first frame is read, and that is said', async () => {
  const frames = await sharp(
    [
      await pipeline(photoLikePicture(20, 20, 3, 8))
        .png()
        .toBuffer(),
      await pipeline(photoLikePicture(20, 20, 3, 8, 9))
        .png()
        .toBuffer(),
    ],
    { join: { animated: true } },
  )
    .gif()
    .toBuffer()
  const { raster, meta } = await decodePicture(await file('moving.gif', frames))
  expect([raster.width, raster.height]).toEqual([20, 20])
  expect(meta.info.notes.join()).toMatch(/2 frames; only the first/)
})

test('what was known of the file is kept: quality, subsampling, DPI, profile, EXIF, XMP', async () => {
  const xmp = '<x:xmpmeta xmlns:x="adobe:ns:meta/">a note</x:xmpmeta>'
  const bytes = await pipeline(photoLikePicture(40, 30, 3, 8))
    .withIccProfile('p3')
    .withExif({ IFD0: { Make: 'Limpid', Copyright: 'Nobody' } })
    .withXmp(xmp)
    .withDensity(300)
    .jpeg({ quality: 88 })
    .toBuffer()
  const path = await file('known.jpg', bytes)
  const { meta } = await decodePicture(path)
  expect(meta.info).toMatchObject({
    format: 'jpeg',
    jpegQuality: 88,
    hasProfile: true,
    hasExif: true,
    bytes: bytes.length,
  })
  expect(meta).toMatchObject({ density: 300, chromaSubsampling: '4:2:0' })
  expect(meta.icc?.toString('latin1', 36, 40)).toBe('acsp')
  expect(meta.exif?.includes('Limpid')).toBe(true)
  expect(meta.xmp?.toString()).toBe(xmp)
  expect(await describePicture(path)).toEqual({
    width: 40,
    height: 30,
    format: 'jpeg',
    depth: 8,
    channels: 3,
    hasAlpha: false,
    hasProfile: true,
    hasExif: true,
    density: 300,
    bytes: bytes.length,
  })
})

test('pixels stay in their own profile: Display P3 red is not turned into sRGB', async () => {
  const red = {
    ...randomPicture(4, 4, 3, 8, false),
    samples: new Uint8Array(48).map((_, i) => (i % 3 === 0 ? 255 : 0)),
  }
  const p3 = await pipeline(red).withIccProfile('p3').png().toBuffer()
  const asStored = await sharp(p3, { ignoreIcc: true }).raw().toBuffer()
  const { raster } = await decodePicture(await file('p3.png', p3))
  expect([...raster.samples]).toEqual([...asStored])
})

test('a picture of 1 × 1 px and one of 3 × 2000 px are pictures like any other', async () => {
  for (const [width, height] of [
    [1, 1],
    [3, 2000],
  ]) {
    const picture = randomPicture(width, height, 3, 8, false)
    for (const format of ['png', 'jpeg', 'webp', 'tiff', 'avif', 'gif'] as const) {
      const bytes = await pipeline(picture)
        .toFormat(format, format === 'avif' ? { effort: 0 } : {})
        .toBuffer()
      const { raster } = await decodePicture(await file(`${width}x${height}.${format}`, bytes))
      expect([raster.width, raster.height, raster.samples.length]).toEqual([
        width,
        height,
        width * height * 3,
      ])
    }
  }
})

test('a picture that ends early is an error in every format, never a half-grey picture', async () => {
  const picture = randomPicture(200, 150, 3, 8, false)
  const formats = {
    jpg: pipeline(picture).jpeg(),
    'progressive.jpg': pipeline(picture).jpeg({ progressive: true }),
    png: pipeline(picture).png(),
    webp: pipeline(picture).webp(),
    tif: pipeline(picture).tiff({ compression: 'deflate' }),
    avif: pipeline(picture).avif({ effort: 0 }),
    gif: pipeline(picture).gif(),
  }
  for (const [extension, encoded] of Object.entries(formats)) {
    const whole = await encoded.toBuffer()
    for (const share of [0.1, 0.5, 0.9, 0.98]) {
      const path = await file(
        `cut-${share}.${extension}`,
        whole.subarray(0, Math.floor(whole.length * share)),
      )
      await expect(decodePicture(path), `${extension} cut at ${share}`).rejects.toMatchObject({
        code: 'picture-damaged',
        message: expect.stringContaining(`cut-${share}.${extension}`),
        hint: expect.stringMatching(/[Cc]opy it again/),
        file: path,
      })
    }
  }
})

test('a JPEG with a fault that decoders pass over is opened, with a warning', async () => {
  const bytes = await pipeline(randomPicture(200, 150, 3, 8, false))
    .jpeg()
    .toBuffer()
  bytes.writeUInt16BE(0xffd3, Math.floor(bytes.length / 2)) // a restart marker where none belongs
  const { meta } = await decodePicture(await file('faulty.jpg', bytes))
  expect(meta.info.notes).toEqual([expect.stringContaining('faults')])
})

test('what is no picture is refused by what it is, with what to do', async () => {
  const heic = Buffer.concat([
    Buffer.from([0, 0, 0, 24]),
    Buffer.from('ftypheic\0\0\0\0mif1heic'),
    Buffer.alloc(64),
  ])
  const cases: [string, Buffer | string, RegExp][] = [
    ['notes.jpg', 'Dear diary, this is no picture.', /notes\.jpg is not a picture/],
    ['nothing.jpg', '', /nothing\.jpg is empty \(0 bytes\)/],
    ['drawing.svg', '<?xml version="1.0"?>\n<!-- hi -->\n<svg xmlns="http://www.w3.org/2000/svg"/>', /SVG/],
    ['phone.heic', heic, /HEIC/],
    ['scan.pdf', '%PDF-1.7 and so on', /PDF/],
    ['old.bmp', Buffer.concat([Buffer.from('BM'), Buffer.alloc(60)]), /BMP/],
    ['page.html', '<html><body><svg></svg></body></html>', /page\.html is not a picture/],
    ['one-byte.png', 'x', /not a picture/],
    [
      'camera.nef',
      await pipeline(randomPicture(8, 8, 3, 8, false))
        .tiff()
        .toBuffer(),
      /RAW/,
    ],
  ]
  for (const [name, bytes, message] of cases) {
    const path = await file(name, bytes)
    const error = {
      code: 'not-a-picture',
      message: expect.stringMatching(message),
      file: path,
      hint: expect.any(String),
    }
    await expect(decodePicture(path), name).rejects.toMatchObject(error)
    await expect(describePicture(path), name).rejects.toMatchObject(error)
  }
})

test('a file that is not there, a folder, a device and a path through a file are said so', async () => {
  const text = await file('text.txt', 'x')
  const cases: [string, string, RegExp][] = [
    [join(folder, 'missing.jpg'), 'file-not-found', /missing\.jpg was not found/],
    [join(text, 'inside.jpg'), 'file-not-found', /inside\.jpg was not found/],
    [folder, 'file-unreadable', /is a folder/],
    ...(process.platform === 'win32'
      ? []
      : [['/dev/null', 'file-unreadable', /not a file/] as [string, string, RegExp]]),
  ]
  for (const [path, code, message] of cases) {
    const error = { code, message: expect.stringMatching(message), hint: expect.any(String), file: path }
    await expect(decodePicture(path)).rejects.toMatchObject(error)
    await expect(describePicture(path)).rejects.toMatchObject(error)
  }
})

// Root may read anything, so that a file without permission stops only other users.
test.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
  'a file without permission',
  async () => {
    const path = await file(
      'secret.jpg',
      await pipeline(randomPicture(8, 8, 3, 8, false))
        .jpeg()
        .toBuffer(),
    )
    await fs.chmod(path, 0)
    await expect(decodePicture(path)).rejects.toMatchObject({ code: 'file-unreadable' })
  },
)

test('a picture with too many pixels is refused by its header, before it takes memory', async () => {
  const png = await pipeline(randomPicture(8, 8, 1, 8, false))
    .png()
    .toBuffer()
  png.writeUInt32BE(30000, 16)
  png.writeUInt32BE(20000, 20)
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29)
  const path = await file('huge.png', png)
  const error = {
    code: 'picture-too-large',
    message: expect.stringMatching(
      /huge\.png has 30000 × 20000 px \(600 megapixels\); at most 268 megapixels/,
    ),
  }
  await expect(decodePicture(path)).rejects.toMatchObject(error)
  await expect(describePicture(path)).rejects.toMatchObject(error)
  const small = await file(
    'small.png',
    await pipeline(randomPicture(9, 9, 1, 8, false))
      .png()
      .toBuffer(),
  )
  await expect(decodePicture(small, { pixelLimit: 80 })).rejects.toMatchObject({ code: 'picture-too-large' })
})

test('a file that was replaced is read anew', async () => {
  const path = await file(
    'changing.png',
    await pipeline(randomPicture(8, 8, 3, 8, false, 1))
      .png()
      .toBuffer(),
  )
  const before = await describePicture(path)
  await file(
    'changing.png',
    await pipeline(randomPicture(12, 8, 3, 8, false, 2))
      .png()
      .toBuffer(),
  )
  expect([before.width, (await describePicture(path)).width]).toEqual([8, 12])
})
