/** A raster and its metadata blocks → the bytes of a picture file, by libvips. What fits a format is encode.ts's matter. */

import type { Sharp } from 'sharp'
import type { OutputFormat } from '../../contract/picture.ts'
import { addExifToTiff } from './exif.ts'
import { sharp } from './libvips.ts'
import { FORMATS } from './picture-formats.ts'
import { type CarriedBlocks, pngCarrier } from './png-carrier.ts'
import type { Raster } from './raster.ts'
import { joinAlpha } from './sample-layout.ts'

export type EncodeSettings = {
  /** 1..100; nothing to PNG and TIFF */
  quality: number
  /** For WebP; PNG and TIFF are, JPEG and AVIF never */
  lossless?: boolean
  /** For JPEG */
  chromaSubsampling: '4:2:0' | '4:4:4'
  /** Larger and sooner, without loss of anything */
  fast: boolean
  /** Dots per inch */
  density?: number | null
}

/**
 * Up to so many pixels a JPEG gets Huffman tables of its own: they save 5 % of the file, and take three quarters of the
 * time that saving takes (0.2 s of 12 MP).
 */
const HUFFMAN_TABLES_BELOW = 4e6

export async function encodeBytes(
  raster: Raster,
  blocks: CarriedBlocks,
  format: OutputFormat,
  settings: EncodeSettings,
): Promise<Buffer> {
  const isGrey = raster.channels === 1 && FORMATS[format].output?.grey === true
  const grey = raster.depth === 16 ? 'grey16' : 'b-w'
  const colour = raster.depth === 16 ? 'rgb16' : 'srgb'
  // Keeping the profile leaves the pixels alone. A grey profile must not stand beside three channels: there, it is not
  // kept, and libvips turns the pixels to sRGB with it.
  const keepsProfile = blocks.icc !== null && (isGrey || raster.channels === 3)
  let pipeline = source(raster, blocks).toColourspace(isGrey ? grey : colour)
  if (keepsProfile) pipeline = pipeline.keepIccProfile()
  if (blocks.xmp !== null) pipeline = pipeline.keepXmp()
  if (format !== 'tiff') {
    if (blocks.exif !== null) pipeline = pipeline.keepExif()
    // 72 is what a file without any says; stating it would give the picture an EXIF block that it never had.
    const isStated = settings.density !== 72 || blocks.exif !== null
    if (settings.density && isStated) pipeline = pipeline.withDensity(settings.density)
  }
  const bytes = await asFormat(pipeline, raster, format, settings).toBuffer()
  return format === 'tiff' && blocks.exif !== null ? addExifToTiff(bytes, blocks.exif) : bytes
}

/** The pixels for libvips; in a carrier only where there is something to carry. */
function source(raster: Raster, blocks: CarriedBlocks): Sharp {
  const limits = { limitInputPixels: false, unlimited: true }
  if (blocks.icc !== null || blocks.exif !== null || blocks.xmp !== null) {
    return sharp(pngCarrier(raster, blocks), limits)
  }
  const { samples, bands } = joinAlpha(raster)
  const { width, height } = raster
  return sharp(samples, { ...limits, raw: { width, height, channels: bands } })
}

function asFormat(
  pipeline: Sharp,
  raster: Raster,
  format: OutputFormat,
  { quality, lossless = false, chromaSubsampling, fast, density }: EncodeSettings,
): Sharp {
  switch (format) {
    case 'png':
      return pipeline.png({ compressionLevel: fast ? 1 : 6, adaptiveFiltering: !fast })
    case 'jpeg': {
      const optimiseCoding = raster.width * raster.height < HUFFMAN_TABLES_BELOW
      return pipeline.jpeg({ quality, chromaSubsampling, optimiseCoding })
    }
    case 'webp':
      return pipeline.webp({
        quality,
        lossless,
        effort: 2,
        smartSubsample: true,
        exact: raster.alpha !== null,
      })
    case 'avif':
      // libvips' own effort of 4 takes a minute for 12 MP; 2 takes a tenth of it for a file of the same size.
      return pipeline.avif({ quality, effort: 2, bitdepth: raster.depth === 16 ? 12 : 8 })
    case 'tiff': {
      const pxPerMm = (density ?? 25.4) / 25.4
      const resolution = { xres: pxPerMm, yres: pxPerMm, resolutionUnit: 'inch' as const }
      const bigtiff = raster.samples.byteLength + (raster.alpha?.byteLength ?? 0) > 3.9e9
      return fast
        ? pipeline.tiff({ compression: 'none', ...resolution, bigtiff })
        : pipeline.tiff({ compression: 'deflate', predictor: 'horizontal', ...resolution, bigtiff })
    }
  }
}
