/** Pixels and their metadata → a picture file. What the format can't hold is said in `notes`. */

import { createReadStream } from 'node:fs'
import { basename, resolve } from 'node:path'
import { LimpidError } from '../../contract/errors.ts'
import type { OutputFormat } from '../../contract/picture.ts'
import { FORMAT_TITLES, outputFormatOfName, USUAL_QUALITY } from '../../contract/picture-files.ts'
import { checkTarget, type FileSystem, writeFileAtomically } from './atomic-write.ts'
import type { PictureMetadata } from './decode.ts'
import { type EncodeSettings, encodeBytes } from './encode-bytes.ts'
import { exifFromTiff, normaliseExif } from './exif.ts'
import { sharp } from './libvips.ts'
import { FORMATS, WRITABLE_LIST } from './picture-formats.ts'
import type { CarriedBlocks } from './png-carrier.ts'
import { maxSample, type Raster } from './raster.ts'
import { overWhite, toEightBits } from './sample-layout.ts'
import { normaliseXmp } from './xmp.ts'

export type EncodeTarget = {
  path: string
  /** By the path's extension if absent */
  format?: OutputFormat
  /** 1..100, for JPEG, WebP and AVIF; the format's default if absent */
  quality?: number
  overwrite?: boolean
  /** `fast`: larger and sooner, without loss of anything; for files in a cache */
  compression?: 'fast'
}

export type EncodedPicture = {
  path: string
  format: OutputFormat
  /** The file's size */
  bytes: number
  /** Sentences for a person: what the format could not hold */
  notes: string[]
}

/**
 * Saves a picture: whole or not at all, read back before it counts, never over another file unasked. `meta` comes from
 * decodePicture; null for a picture that came from no file.
 */
export async function encodePicture(
  raster: Raster,
  meta: PictureMetadata | null,
  target: EncodeTarget,
  fileSystem?: FileSystem,
): Promise<EncodedPicture> {
  const format = await requireTarget(target)
  requireSize(raster, format, target.path)
  const notes: string[] = []
  const fitted = fitToFormat(raster, format, notes)
  const blocks = fitMetadata(fitted, meta, format, notes)
  const settings = { ...settingsFor(format, meta, target), density: meta?.density ?? null }
  if (!settings.lossless && isBlackAndWhite(raster)) {
    notes.push(`${FORMAT_TITLES[format]} puts greys around black and white: PNG and TIFF do not.`)
  }
  const bytes = await encodeBytes(fitted, blocks, format, settings).catch((cause: unknown) => {
    const name = basename(target.path)
    const file = resolve(target.path)
    const message = `${name} could not be saved as ${FORMAT_TITLES[format]}.`
    throw new LimpidError('result-invalid', message, { hint: 'Save it as PNG or TIFF.', file, cause })
  })
  notes.push(...(await missingBlocks(bytes, blocks, format)))
  const decoding = problemDecoding(bytes, fitted) // while the disk writes
  await writeFileAtomically(target.path, bytes, {
    overwrite: target.overwrite ?? false,
    verify: (temporary) => requireReadable(temporary, bytes, decoding, target.path),
    ...(fileSystem === undefined ? {} : { fileSystem }),
  })
  return { path: target.path, format, bytes: bytes.length, notes }
}

/** Rejects, before long work, a target that can't be written in the end. Resolves to the format that it will have. */
export async function requireTarget(target: EncodeTarget): Promise<OutputFormat> {
  const format = target.format ?? outputFormatOfName(target.path)
  if (format === null) {
    const name = basename(target.path)
    const message = `${name} does not say in which format to save.`
    const hint = `End its name in .png, .jpg, .webp, .avif or .tif, or name the format: ${WRITABLE_LIST}.`
    throw new LimpidError('bad-request', message, { hint, file: resolve(target.path) })
  }
  const { quality } = target
  if (quality !== undefined && !(Number.isInteger(quality) && quality >= 1 && quality <= 100)) {
    throw new LimpidError(
      'bad-request',
      `The quality ${quality} is none: it is a whole number from 1 to 100.`,
    )
  }
  await checkTarget(target.path, { overwrite: target.overwrite ?? false })
  return format
}

/** Rejects a picture that is larger than the format holds. `width` and `height` in px. */
export function requireSize(
  { width, height }: Pick<Raster, 'width' | 'height'>,
  format: OutputFormat,
  path: string,
): void {
  const { output } = FORMATS[format]
  const label = FORMAT_TITLES[format]
  if (output !== null && Math.max(width, height) > output.maxSide) {
    const message = `${basename(path)} can't be ${label}: ${label} holds at most ${output.maxSide} px a side, and this is ${width} × ${height} px.`
    throw new LimpidError('bad-request', message, { hint: 'Save it as PNG or TIFF.', file: resolve(path) })
  }
}

/** Brings depth and alpha down to what the format holds. */
function fitToFormat(raster: Raster, format: OutputFormat, notes: string[]): Raster {
  const { output } = FORMATS[format]
  const label = FORMAT_TITLES[format]
  let fitted = raster
  if (raster.alpha !== null && !output?.alpha) {
    fitted = overWhite(fitted)
    notes.push(`${label} has no transparency: the picture was laid over white.`)
  }
  if (raster.depth === 16 && output !== null && output.depth < 16) {
    if (output.depth === 8) fitted = toEightBits(fitted)
    notes.push(`${label} holds ${output.depth} bits a sample: the 16-bit picture was reduced.`)
  }
  if (raster.channels === 1 && !output?.grey) {
    notes.push(`${label} has no grey pictures: it was saved as RGB with three equal channels.`)
  }
  return fitted
}

/** A binarised page: grey, and every sample black or white. */
function isBlackAndWhite({ channels, samples, depth }: Raster): boolean {
  const white = maxSample(depth)
  return channels === 1 && samples.every((sample) => sample === 0 || sample === white)
}

/** The metadata blocks as they are to stand in the file. */
function fitMetadata(
  raster: Raster,
  meta: PictureMetadata | null,
  format: OutputFormat,
  notes: string[],
): CarriedBlocks {
  if (meta === null) return { icc: null, exif: null, xmp: null }
  let icc = meta.icc
  const profileSpace = icc?.toString('latin1', 16, 20).trim()
  if (icc !== null && profileSpace !== (raster.channels === 1 ? 'GRAY' : 'RGB')) {
    icc = null
    notes.push('Its colour profile does not fit a picture with these channels and was left out.')
  } else if (icc !== null && raster.channels === 1 && !FORMATS[format].output?.grey) {
    notes.push('Its grey colour profile was applied: the saved picture is in sRGB.')
  }
  const exif = meta.exif === null ? null : normaliseExif(meta.exif, raster)
  return { icc, exif, xmp: meta.xmp === null ? null : normaliseXmp(meta.xmp, raster) }
}

/** The quality to save with: as asked for, else by the format and the original; a WebP without loss stays one. */
function settingsFor(
  format: OutputFormat,
  meta: PictureMetadata | null,
  { quality, compression }: EncodeTarget,
): EncodeSettings & { lossless: boolean } {
  // A JPEG is saved again at its own quality, but not below 92: a second rounding should not show.
  const original = meta?.info.jpegQuality ?? null
  const ownQuality = format === 'jpeg' && original !== null ? Math.max(original, 92) : undefined
  const chromaSubsampling = original !== null && meta?.chromaSubsampling === '4:2:0' ? '4:2:0' : '4:4:4'
  return {
    quality: quality ?? ownQuality ?? USUAL_QUALITY[format] ?? 100,
    lossless:
      format === 'png' ||
      format === 'tiff' ||
      (format === 'webp' && quality === undefined && meta?.losslessWebp === true),
    chromaSubsampling,
    fast: compression === 'fast',
  }
}

/** What should stand in the file but does not: libvips drops a block that it finds wrong or too large. */
async function missingBlocks(bytes: Buffer, blocks: CarriedBlocks, format: OutputFormat): Promise<string[]> {
  const notes: string[] = []
  const { icc, exif, xmp } = await sharp(bytes, { limitInputPixels: false }).metadata()
  const { output } = FORMATS[format]
  const label = FORMAT_TITLES[format]
  const profileIsKept =
    blocks.icc !== null && (output?.grey || blocks.icc.toString('latin1', 16, 20) !== 'GRAY')
  if (profileIsKept && !icc) notes.push(`Its colour profile could not be kept in ${label}.`)
  const exifThere = exif !== undefined || (format === 'tiff' && exifFromTiff(bytes) !== null)
  if (blocks.exif !== null && !exifThere) notes.push(`Its EXIF data could not be kept in ${label}.`)
  if (blocks.xmp !== null && !xmp) notes.push(`Its XMP data could not be kept in ${label}.`)
  return notes
}

/** Null for a picture file of the raster's size that decodes to the last row. */
async function problemDecoding(bytes: Buffer, { width, height }: Raster): Promise<Error | null> {
  const options = { failOn: 'error' as const, limitInputPixels: false, unlimited: true }
  try {
    const info = await sharp(bytes, options).metadata()
    // Decoders run from the top: asking for the last pixel decodes all of them, without holding them.
    const last = { left: width - 1, top: height - 1, width: 1, height: 1 }
    await sharp(bytes, options).extract(last).raw().toBuffer()
    if (info.width === width && info.height === height) return null
    return new Error(`It came out at ${info.width} × ${info.height} px instead of ${width} × ${height} px.`)
  } catch (error) {
    return error as Error
  }
}
/** Reads the file back from the disk: the same bytes, and they are a picture. */
async function requireReadable(
  path: string,
  bytes: Buffer,
  decoding: Promise<Error | null>,
  target: string,
): Promise<void> {
  const cause = (await difference(path, bytes).catch((error: Error) => error)) ?? (await decoding)
  if (!cause) return
  throw new LimpidError(
    'result-invalid',
    `${basename(target)} did not read back right after it was written.`,
    {
      hint: 'The disk may be failing: save to another one. Nothing was changed.',
      file: resolve(target),
      cause,
    },
  )
}

/** Null if the file holds these bytes. */
async function difference(path: string, bytes: Buffer): Promise<Error | null> {
  let at = 0
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) {
    if (!bytes.subarray(at, at + chunk.length).equals(chunk)) return new Error(`Other bytes from ${at} on.`)
    at += chunk.length
  }
  return at === bytes.length ? null : new Error(`${at} bytes instead of ${bytes.length}.`)
}
