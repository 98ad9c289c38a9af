/** The picture formats: how a file of each begins, and what it can hold. */

import { extname } from 'node:path'
import { OUTPUT_FORMATS } from '../../contract/picture.ts'
import { FORMAT_TITLES, INPUT_FORMATS, type InputFormat } from '../../contract/picture-files.ts'

type Format = {
  /** What Limpid can write into it; null where it only reads. */
  output: null | {
    /** The most bits a sample */
    depth: 8 | 12 | 16
    alpha: boolean
    /** A grey picture stays one channel */
    grey: boolean
    /** px */
    maxSide: number
  }
}

export const FORMATS: Readonly<Record<InputFormat, Format>> = {
  jpeg: {
    output: { depth: 8, alpha: false, grey: true, maxSide: 65500 },
  },
  png: {
    output: { depth: 16, alpha: true, grey: true, maxSide: 1_000_000 },
  },
  webp: {
    output: { depth: 8, alpha: true, grey: false, maxSide: 16383 },
  },
  tiff: {
    output: { depth: 16, alpha: true, grey: true, maxSide: 1_000_000 },
  },
  avif: {
    output: { depth: 12, alpha: true, grey: false, maxSide: 16384 },
  },
  gif: { output: null },
}

/** What a person reads where formats are listed: "JPEG, PNG, WebP, TIFF, AVIF or GIF". */
export const READABLE_LIST = listed(INPUT_FORMATS)
export const WRITABLE_LIST = listed(OUTPUT_FORMATS)

/** What a file's first bytes say it is: a format that can be read, a known one that can't (by its name), or null. */
export function sniffFormat(head: Buffer): { readable: InputFormat } | { refused: string } | null {
  const text = (from: number, to: number): string => head.toString('latin1', from, to)
  if (head.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return { readable: 'jpeg' }
  if (text(0, 8) === '\x89PNG\r\n\x1a\n') return { readable: 'png' }
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return { readable: 'webp' }
  if (text(0, 4) === 'GIF8') return { readable: 'gif' }
  if (['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].includes(text(0, 4))) {
    return text(8, 10) === 'CR' ? { refused: 'Canon RAW' } : { readable: 'tiff' }
  }
  if (text(4, 8) === 'ftyp') {
    const brands = text(8, Math.min(head.length, 64))
    if (brands.includes('avif') || brands.includes('avis')) return { readable: 'avif' }
    if (/hei[cxms]|hev[cxm]|mif1|msf1/.test(brands)) return { refused: 'HEIC' }
    if (brands.startsWith('crx')) return { refused: 'Canon RAW' }
    return { refused: 'MP4 or QuickTime' }
  }
  if (text(0, 2) === '\xff\x0a' || text(4, 8) === 'JXL ') return { refused: 'JPEG XL' }
  if (text(4, 8) === 'jP  ') return { refused: 'JPEG 2000' }
  if (text(0, 4) === '%PDF') return { refused: 'PDF' }
  if (text(0, 4) === '8BPS') return { refused: 'Photoshop (PSD)' }
  if (text(0, 2) === 'BM' && head.length > 26) return { refused: 'BMP' }
  if (
    /^\uFEFF?\s*(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)*(<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]/.test(
      head.toString('utf8'),
    )
  ) {
    return { refused: 'SVG' }
  }
  return null
}

/** Camera RAW formats that are TIFF inside: libvips would show their thumbnail and call it the photo. */
const RAW_EXTENSIONS = new Set(
  '.3fr .arw .cr2 .cr3 .dng .erf .iiq .kdc .mef .mos .mrw .nef .nrw .orf .pef .raf .raw .rw2 .rwl .sr2 .srf .srw'.split(
    ' ',
  ),
)

export function isCameraRaw(path: string): boolean {
  return RAW_EXTENSIONS.has(extname(path).toLowerCase())
}

function listed(formats: readonly InputFormat[]): string {
  const titles = formats.map((format) => FORMAT_TITLES[format])
  return `${titles.slice(0, -1).join(', ')} or ${titles.at(-1)}`
}
