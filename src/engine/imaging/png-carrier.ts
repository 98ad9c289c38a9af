/**
 * sharp takes pixels, or a file with metadata, but not pixels and metadata apart. So a picture that has a colour
 * profile, EXIF or XMP to take along is handed to libvips as an uncompressed PNG held in memory; libvips then writes
 * all of it into any output format. (PNG, third edition, W3C 2025; zlib and deflate, RFC 1950 and 1951.)
 */

import { crc32, deflateSync } from 'node:zlib'
import type { Raster } from './raster.ts'
import { joinAlpha } from './sample-layout.ts'

export type CarriedBlocks = { icc: Buffer | null; exif: Buffer | null; xmp: Buffer | null }

/** Colour type by the number of bands: grey, grey + alpha, RGB, RGB + alpha. */
const COLOUR_TYPE = { 1: 0, 2: 4, 3: 2, 4: 6 } as const
const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex')
/** Pixel data is cut into chunks of about this size; one chunk may hold 2 GB at most. */
const CHUNK_BYTES = 2 ** 26
const CHUNK_FRAME = 12
/** A deflate block without compression: five bytes before at most 65535. */
const STORED_FRAME = 5
const STORED_BYTES = 65535

/** A PNG file, stored without compression, with the raster's pixels and the blocks. */
export function pngCarrier(raster: Raster, blocks: CarriedBlocks): Buffer {
  const { samples, bands } = joinAlpha(raster)
  const header = Buffer.alloc(13)
  header.writeUInt32BE(raster.width, 0)
  header.writeUInt32BE(raster.height, 4)
  header[8] = raster.depth
  header[9] = COLOUR_TYPE[bands]

  const head = [SIGNATURE, chunk('IHDR', header)]
  if (blocks.icc !== null)
    head.push(chunk('iCCP', Buffer.concat([latin1('icc\0\0'), deflateSync(blocks.icc)])))
  if (blocks.exif !== null) head.push(chunk('eXIf', withoutPrefix(blocks.exif)))
  if (blocks.xmp !== null) {
    head.push(chunk('iTXt', Buffer.concat([latin1('XML:com.adobe.xmp\0\0\0\0\0'), blocks.xmp])))
  }
  const pixels = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)
  return withPixels(Buffer.concat(head), pixels, raster.height, raster.depth)
}

/** The file's head and its rows, written straight into one buffer of the final size: pictures are large. */
function withPixels(head: Buffer, pixels: Buffer, height: number, depth: 8 | 16): Buffer {
  const row = Buffer.alloc(1 + pixels.length / height) // a filter byte (0: none) and the samples
  const stored = row.length + STORED_FRAME * Math.ceil(row.length / STORED_BYTES)
  const rowsPerChunk = Math.max(1, Math.floor(CHUNK_BYTES / stored))
  const chunks = Math.ceil(height / rowsPerChunk)
  const end = chunk('IEND', Buffer.alloc(0))
  const zlibFrame = 2 + STORED_FRAME + 4
  const out = Buffer.allocUnsafe(
    head.length + chunks * CHUNK_FRAME + zlibFrame + height * stored + end.length,
  )

  let at = head.copy(out)
  let adler = 1
  for (let first = 0; first < height; first += rowsPerChunk) {
    const chunkAt = at
    at += 8
    if (first === 0) at = out.writeUInt16BE(0x7801, at)
    const last = Math.min(height, first + rowsPerChunk)
    for (let y = first; y < last; y++) {
      pixels.copy(row, 1, y * (row.length - 1), (y + 1) * (row.length - 1))
      if (depth === 16) row.subarray(1).swap16() // PNG has the high byte first
      adler = adler32(adler, row)
      for (let from = 0; from < row.length; from += STORED_BYTES) {
        at = storedFrame(out, at, Math.min(STORED_BYTES, row.length - from), false)
        at += row.copy(out, at, from, from + STORED_BYTES)
      }
    }
    if (last === height) {
      at = storedFrame(out, at, 0, true)
      at = out.writeUInt32BE(adler, at)
    }
    at = frameChunk(out, chunkAt, 'IDAT', at)
  }
  end.copy(out, at)
  return out
}

function storedFrame(out: Buffer, at: number, length: number, isFinal: boolean): number {
  out[at] = isFinal ? 1 : 0
  out.writeUInt16LE(length, at + 1)
  return out.writeUInt16LE(length ^ 0xffff, at + 3)
}

/** RFC 1950's checksum, carried on from `adler`. */
function adler32(adler: number, bytes: Buffer): number {
  let a = adler & 0xffff
  let b = adler >>> 16
  for (let from = 0; from < bytes.length; from += 2048) {
    const to = Math.min(from + 2048, bytes.length) // few enough that b stays below 2³¹
    for (let i = from; i < to; i++) {
      a += bytes[i]
      b += a
    }
    a %= 65521
    b %= 65521
  }
  return ((b << 16) | a) >>> 0
}

function chunk(type: string, data: Buffer): Buffer {
  const out = Buffer.allocUnsafe(CHUNK_FRAME + data.length)
  data.copy(out, 8)
  frameChunk(out, 0, type, 8 + data.length)
  return out
}

/** Puts length, type and checksum round the data that lies in `out` from `at + 8` to `dataEnd`. */
function frameChunk(out: Buffer, at: number, type: string, dataEnd: number): number {
  out.writeUInt32BE(dataEnd - at - 8, at)
  out.write(type, at + 4, 'latin1')
  return out.writeUInt32BE(crc32(out.subarray(at + 4, dataEnd)), dataEnd)
}

/** PNG's eXIf holds the TIFF structure alone. */
function withoutPrefix(exif: Buffer): Buffer {
  return exif.toString('latin1', 0, 6) === 'Exif\0\0' ? exif.subarray(6) : exif
}

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}
