/** Pictures saved into a folder of the test file's own, and read again. */
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'
import { photoLikePicture } from '../../../../test/fixtures/pictures.ts'
import type { OutputFormat } from '../../../contract/picture.ts'
import { type DecodedPicture, decodePicture, type PictureMetadata } from '../decode.ts'
import { encodePicture } from '../encode.ts'
import { sharp } from '../libvips.ts'
import type { Raster } from '../raster.ts'

const EXTENSION: Record<OutputFormat, string> = {
  png: 'png',
  jpeg: 'jpg',
  webp: 'webp',
  avif: 'avif',
  tiff: 'tif',
}
export const FORMATS = Object.keys(EXTENSION) as OutputFormat[]

/** Called once in a test file: the folder is there while its tests run. */
export function savedPictures() {
  let folder: string
  beforeAll(async () => {
    folder = await fs.mkdtemp(join(tmpdir(), 'limpid-encode-'))
  })
  afterAll(() => fs.rm(folder, { recursive: true, force: true }))
  const at = (name: string) => join(folder, name)

  let counter = 0
  const newPath = (format: OutputFormat) => at(`${counter++}.${EXTENSION[format]}`)

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
    const path = at(`rich-${counter++}.jpg`)
    await fs.writeFile(path, bytes)
    return decodePicture(path)
  }

  return { at, newPath, roundTrip, richPicture }
}
