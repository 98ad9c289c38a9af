/** A picture file → pixels at rest and everything that is needed to save them in the same manner. */

import type { Metadata } from 'sharp'
import type { PictureInfo } from '../../contract/picture.ts'
import type { InputFormat } from '../../contract/picture-files.ts'
import { exifDensity, exifFromTiff, isBigTiff } from './exif.ts'
import { estimateJpegQuality } from './jpeg-quality.ts'
import { sharp } from './libvips.ts'
import { isLosslessWebp } from './lossless-webp.ts'
import { PIXEL_LIMIT, pictureDamaged, readHeader, readPictureFile, readPictureHead } from './open-picture.ts'
import type { Raster, Samples } from './raster.ts'
import { fillLowBits, type SampleType, splitAlpha, toSixteenBits, viewSamples } from './sample-layout.ts'

/** What a file says about its picture, kept for the way out. */
export type PictureMetadata = {
  /** What a face shows of it; `notes` says what was converted or left behind on the way in. */
  info: PictureInfo
  /** The colour profile that the samples are in; null means sRGB or unknown. */
  icc: Buffer | null
  /** The EXIF block as stored. Its orientation is applied to the raster already; encode.ts sets it to 1. */
  exif: Buffer | null
  xmp: Buffer | null
  /** Dots per inch */
  density: number | null
  /** Of a JPEG: "4:2:0", "4:4:4" … */
  chromaSubsampling: string | null
  /** A WebP whose pixels are stored without loss */
  losslessWebp: boolean
}

export type DecodedPicture = { raster: Raster; meta: PictureMetadata }

/** What the header alone tells. */
export type PictureDescription = Omit<PictureInfo, 'jpegQuality' | 'notes'> & {
  /** Dots per inch */
  density: number | null
}

/** Decodes a picture file. Rejects with a LimpidError that names the file. */
export async function decodePicture(
  path: string,
  options: { pixelLimit?: number } = {},
): Promise<DecodedPicture> {
  const { bytes, format } = await readPictureFile(path)
  const info = await readHeader(path, bytes, options.pixelLimit ?? PIXEL_LIMIT)
  const plan = planOf(info)
  const notes = notesOn(info, format, plan)

  const decoded = await decodeSamples(path, bytes, plan)
  if (decoded.faults) {
    notes.push(
      'The file has small faults: it was opened all the same, but look whether the picture is whole.',
    )
  }
  let interleaved = decoded.samples
  if (plan.from === 'float') {
    const { samples, white, clipped } = toSixteenBits(interleaved as Float32Array, info.depth)
    interleaved = samples
    notes.push(`Its ${info.depth} samples were read as 16 bit, with ${white} as white.`)
    if (clipped) notes.push('Highlights brighter than white were clipped.')
  }
  const { width, height, bands } = decoded
  const split = splitAlpha(interleaved as Samples, bands, plan.channels, plan.hasAlpha)
  if (format === 'avif' && plan.depth === 16) {
    fillLowBits(split.samples, info.bitsPerSample ?? 16)
    if (split.alpha !== null) fillLowBits(split.alpha, info.bitsPerSample ?? 16)
  }
  // A GIF always comes with an alpha channel; only one that is used is kept.
  const opaque = format === 'gif' && split.alpha?.every((value) => value === 255) === true

  const raster: Raster = {
    width,
    height,
    channels: plan.channels,
    depth: plan.depth,
    samples: split.samples,
    alpha: opaque ? null : split.alpha,
  }
  const exif = info.exif ?? (format === 'tiff' ? exifFromTiff(bytes) : null)
  if (isBigTiff(bytes)) notes.push('It is a BigTIFF: what EXIF data it has is not kept.')
  const meta: PictureMetadata = {
    info: {
      ...described(info, format, bytes.length),
      width,
      height,
      hasAlpha: raster.alpha !== null,
      hasProfile: info.hasProfile && !plan.converted,
      hasExif: exif !== null,
      jpegQuality: format === 'jpeg' ? estimateJpegQuality(bytes) : null,
      notes,
    },
    icc: plan.converted ? null : (info.icc ?? null),
    exif,
    xmp: info.xmp ?? null,
    density: densityOf(info, exif),
    chromaSubsampling: info.chromaSubsampling ?? null,
    losslessWebp: format === 'webp' && isLosslessWebp(bytes),
  }
  return { raster, meta }
}

/** Reads only the header: cheap, for lists of many files. */
export async function describePicture(path: string): Promise<PictureDescription> {
  const { format, bytes } = await readPictureHead(path)
  const info = await readHeader(path, path)
  const { width, height } = info.autoOrient
  return { ...described(info, format, bytes), width, height, density: densityOf(info, info.exif ?? null) }
}

/** How one file is decoded. */
type Plan = {
  channels: 1 | 3
  depth: 8 | 16
  /** The libvips colour space that is asked for, and the sample type that comes back */
  space: string
  from: SampleType
  /** The colours are converted to sRGB (CMYK, Lab …); else they stay in the picture's own profile */
  converted: boolean
  hasAlpha: boolean
}

const GREY = new Set(['b-w', 'grey16'])
const RGB = new Set(['srgb', 'rgb', 'rgb16', 'scrgb'])

function planOf(info: Metadata): Plan {
  const space = info.space
  const hasAlpha = info.hasAlpha
  const channels = GREY.has(space) ? 1 : 3
  const converted = channels === 3 && !RGB.has(space)
  if (converted) return { channels, depth: 8, space: 'srgb', from: 'uchar', converted, hasAlpha }
  if (info.depth === 'uchar') {
    // libvips drops the alpha of a grey 8-bit picture on raw output, so that one comes as RGB.
    const asked = channels === 1 && !hasAlpha ? 'b-w' : 'srgb'
    return { channels, depth: 8, space: asked, from: 'uchar', converted, hasAlpha }
  }
  if (info.depth === 'ushort') {
    return {
      channels,
      depth: 16,
      space: channels === 1 ? 'grey16' : 'rgb16',
      from: 'ushort',
      converted,
      hasAlpha,
    }
  }
  return { channels, depth: 16, space, from: 'float', converted, hasAlpha: hasAlpha && channels === 3 }
}

type Decoded = {
  samples: Samples | Float32Array
  width: number
  height: number
  bands: number
  faults: boolean
}

async function decodeSamples(path: string, bytes: Buffer, plan: Plan): Promise<Decoded> {
  const attempt = async (failOn: 'warning' | 'error'): Promise<Decoded> => {
    const { data, info } = await sharp(bytes, {
      failOn,
      autoOrient: true,
      ignoreIcc: !plan.converted,
      limitInputPixels: false, // readHeader has checked it
    })
      .toColourspace(plan.space)
      .raw({ depth: plan.from })
      .toBuffer({ resolveWithObject: true })
    const samples = viewSamples(data, plan.from)
    return {
      samples,
      width: info.width,
      height: info.height,
      bands: info.channels,
      faults: failOn === 'error',
    }
  }
  try {
    return await attempt('warning')
  } catch {
    // Many a camera writes files that libjpeg warns about but decodes. What ends early is an error here too.
    return await attempt('error').catch((error: unknown) => {
      throw pictureDamaged(path, error)
    })
  }
}

function notesOn(info: Metadata, format: InputFormat, plan: Plan): string[] {
  const notes: string[] = []
  if (plan.converted) {
    const from = info.space === 'cmyk' ? 'CMYK' : info.space.toUpperCase()
    notes.push(`Its colours were converted from ${from} to sRGB.`)
    if (info.depth !== 'uchar') notes.push('Its samples were reduced to 8 bit.')
  }
  if ((info.pages ?? 1) > 1) {
    const what = format === 'tiff' ? 'pages' : 'frames'
    notes.push(
      `It holds ${info.pages} ${what}; only ${format === 'avif' ? 'the main one' : 'the first'} was read.`,
    )
  }
  if (info.hasAlpha && !plan.hasAlpha) notes.push('Its transparency was not kept.')
  if (info.gainMap !== undefined) notes.push('Its HDR gain map was not kept: the standard picture was read.')
  if (info.iptc !== undefined) notes.push('Its old-style IPTC captions are not kept (EXIF and XMP are).')
  if (info.comments !== undefined && info.comments.length > 0) notes.push('Its text comments are not kept.')
  return notes
}

/** libvips finds the DPI of JPEG, PNG and TIFF; in WebP and AVIF they stand in EXIF alone. */
function densityOf(info: Metadata, exif: Buffer | null): number | null {
  return info.density ?? (exif === null ? null : exifDensity(exif))
}

function described(
  info: Metadata,
  format: InputFormat,
  bytes: number,
): Omit<PictureDescription, 'width' | 'height' | 'density'> {
  const { depth, channels } = planOf(info)
  const { hasAlpha, hasProfile } = info
  return { format, depth, channels, hasAlpha, hasProfile, hasExif: info.exif !== undefined, bytes }
}
