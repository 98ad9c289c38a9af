/** What a window shows of a picture: a small file for the filmstrip and a large one for the viewer, in web formats. */

import { basename } from 'node:path'
import { writeFileAtomically } from './atomic-write.ts'
import type { PictureMetadata } from './decode.ts'
import { encodeBytes } from './encode-bytes.ts'
import { sharp } from './libvips.ts'
import type { Raster, Samples } from './raster.ts'
import { joinAlpha, splitAlpha, toEightBits, viewSamples } from './sample-layout.ts'

/** px, the long side */
const THUMBNAIL_SIDE = 320
/** px, the long side: what graphics hardware takes as one texture. Larger pictures are shown smaller. */
const VIEW_SIDE = 16384
/** A view of at most so many pixels is a PNG, without loss; a larger one would be slow to write and to open. */
const LOSSLESS_PIXELS = 4_000_000

/** Writes `<stem>.png` or `<stem>.jpg`, the whole picture in 8 bits with its profile. Resolves to the file's name. */
export function writeView(
  raster: Raster,
  meta: PictureMetadata | null,
  stem: string,
  options: { maxSide?: number } = {},
): Promise<string> {
  return write(raster, meta, stem, Math.min(options.maxSide ?? VIEW_SIDE, VIEW_SIDE), LOSSLESS_PIXELS)
}

/** Writes `<stem>.jpg` (`.png` where it is transparent), the long side at most 320 px. Resolves to the file's name. */
export function writeThumbnail(raster: Raster, meta: PictureMetadata | null, stem: string): Promise<string> {
  return write(raster, meta, stem, THUMBNAIL_SIDE, 0)
}

async function write(
  raster: Raster,
  meta: PictureMetadata | null,
  stem: string,
  maxSide: number,
  losslessPixels: number,
): Promise<string> {
  const shown = toEightBits(await shrink(raster, maxSide))
  const isLossless = shown.alpha !== null || shown.width * shown.height <= losslessPixels
  const format = isLossless ? 'png' : 'jpeg'
  // The pixels stay in the picture's own profile; the browser turns them to the screen's.
  const profileSpace = meta?.icc?.toString('latin1', 16, 20).trim()
  const icc = profileSpace === (shown.channels === 1 ? 'GRAY' : 'RGB') ? (meta?.icc ?? null) : null
  const quality = losslessPixels === 0 ? 85 : 95
  const bytes = await encodeBytes(shown, { icc, exif: null, xmp: null }, format, {
    quality,
    chromaSubsampling: '4:4:4',
    fast: true,
  })
  const path = `${stem}.${isLossless ? 'png' : 'jpg'}`
  await writeFileAtomically(path, bytes, { overwrite: true, flush: false })
  return basename(path)
}

/** The picture with its long side at most `maxSide` px; itself if it is that small. */
async function shrink(raster: Raster, maxSide: number): Promise<Raster> {
  const { width, height, channels, depth } = raster
  if (Math.max(width, height) <= maxSide) return raster
  const { samples, bands } = joinAlpha(raster)
  // libvips drops the alpha of a grey 8-bit picture on raw output, so that one is shown as RGB.
  const isGrey = channels === 1 && (depth === 16 || raster.alpha === null)
  const grey = depth === 16 ? 'grey16' : 'b-w'
  const colour = depth === 16 ? 'rgb16' : 'srgb'
  const { data, info } = await sharp(samples, {
    raw: { width, height, channels: bands },
    limitInputPixels: false,
  })
    .resize({ width: maxSide, height: maxSide, fit: 'inside' })
    .toColourspace(isGrey ? grey : colour)
    .raw({ depth: depth === 16 ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true })
  const small = viewSamples(data, depth === 16 ? 'ushort' : 'uchar') as Samples
  const shownChannels = isGrey ? 1 : 3
  const split = splitAlpha(small, info.channels, shownChannels, raster.alpha !== null)
  return { width: info.width, height: info.height, channels: shownChannels, depth, ...split }
}
