/**
 * The quality a JPEG was saved at, from its quantisation tables. The IJG encoder (and nearly every other) scales two
 * standard tables (ITU-T T.81, Annex K) by its quality setting; the setting whose tables lie nearest is the estimate.
 */

/** Annex K.1 in row order: luminance, then chrominance. */
const LUMINANCE = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22,
  29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103,
  121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
]
const CHROMINANCE = [
  17,
  18,
  24,
  47,
  99,
  99,
  99,
  99,
  18,
  21,
  26,
  66,
  99,
  99,
  99,
  99,
  24,
  26,
  56,
  99,
  99,
  99,
  99,
  99,
  47,
  66,
  99,
  99,
  ...new Array<number>(36).fill(99),
]
/** Where the k-th value of a stored table belongs in row order. */
const ZIGZAG = [
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46,
  53, 60, 61, 54, 47, 55, 62, 63,
]

/** The estimated IJG quality of a JPEG file, 1..100; null if its bytes hold no quantisation table. */
export function estimateJpegQuality(file: Buffer): number | null {
  const tables = quantisationTables(file)
  const luminance = tables[0]
  if (luminance === undefined) return null
  const chrominance = tables[1]
  let best = 0
  let bestDistance = Infinity
  for (let quality = 1; quality <= 100; quality++) {
    let distance = tableDistance(luminance, LUMINANCE, quality)
    if (chrominance !== undefined) distance += tableDistance(chrominance, CHROMINANCE, quality)
    if (distance < bestDistance) {
      best = quality
      bestDistance = distance
    }
  }
  return best
}

/** One value of a standard table at a quality setting: libjpeg's jpeg_quality_scaling, baseline. */
function scaled(standard: number, quality: number): number {
  const percent = quality < 50 ? Math.floor(5000 / quality) : 200 - 2 * quality
  return Math.min(255, Math.max(1, Math.floor((standard * percent + 50) / 100)))
}

/** The mean relative difference, so that the coarse high frequencies do not drown the fine ones. */
function tableDistance(table: number[], standard: number[], quality: number): number {
  let sum = 0
  for (let i = 0; i < 64; i++) {
    const expected = scaled(standard[i], quality)
    sum += Math.abs(table[i] - expected) / (table[i] + expected)
  }
  return sum / 64
}

/** The tables by their number (0 luminance, 1 chrominance by custom), in row order. */
function quantisationTables(file: Buffer): number[][] {
  const tables: number[][] = []
  let at = 2
  while (at + 4 <= file.length && file[at] === 0xff) {
    const marker = file[at + 1]
    if (marker === 0xff) {
      at++ // a fill byte
      continue
    }
    if (marker === 0xda) break // the scan: tables come before it
    const end = at + 2 + file.readUInt16BE(at + 2)
    if (marker === 0xdb) readTables(file.subarray(at + 4, end), tables)
    at = end
  }
  return tables
}

function readTables(segment: Buffer, tables: number[][]): void {
  let at = 0
  while (at < segment.length) {
    const bytes = segment[at] >> 4 === 0 ? 1 : 2
    const id = segment[at] & 15
    at++
    if (at + 64 * bytes > segment.length) return
    const table = new Array<number>(64)
    for (let k = 0; k < 64; k++) {
      table[ZIGZAG[k]] = bytes === 1 ? segment[at + k] : segment.readUInt16BE(at + 2 * k)
    }
    tables[id] = table
    at += 64 * bytes
  }
}
