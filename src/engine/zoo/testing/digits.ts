/** A small folder in MNIST's format, of digits that are drawn here: seven segments, slanted, shifted, thick or thin. */
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { type Random, random } from '../../random.ts'

const SIDE = 28

/** Ends of the segments, in a box of 1 × 2: top, upper left and right, middle, lower left and right, bottom. */
const SEGMENTS = [
  [0, 0, 1, 0],
  [0, 0, 0, 1],
  [1, 0, 1, 1],
  [0, 1, 1, 1],
  [0, 1, 0, 2],
  [1, 1, 1, 2],
  [0, 2, 1, 2],
]
/** Which of them each digit lights. */
const DIGITS = [
  [0, 1, 2, 4, 5, 6],
  [2, 5],
  [0, 2, 3, 4, 6],
  [0, 2, 3, 5, 6],
  [1, 2, 3, 5],
  [0, 1, 3, 5, 6],
  [0, 1, 3, 4, 5, 6],
  [0, 2, 5],
  [0, 1, 2, 3, 4, 5, 6],
  [0, 1, 2, 3, 5, 6],
]

/** Writes the four idx.gz files. */
export async function writeDigits(folder: string, counts: { train: number; test: number }): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const [name, count, seed] of [
    ['train', counts.train, 1],
    ['t10k', counts.test, 2],
  ] as const) {
    const draw = random(seed)
    const labels = Uint8Array.from({ length: count }, (_, i) => i % 10)
    const images = new Uint8Array(count * SIDE * SIDE)
    labels.forEach((digit, i) => {
      images.set(drawDigit(digit, draw), i * SIDE * SIDE)
    })
    await writeFile(path.join(folder, `${name}-images-idx3-ubyte.gz`), idx(images, [count, SIDE, SIDE]))
    await writeFile(path.join(folder, `${name}-labels-idx1-ubyte.gz`), idx(labels, [count]))
  }
}

export function idx(values: Uint8Array, sizes: number[]): Buffer {
  const header = Buffer.alloc(4 + 4 * sizes.length)
  header.writeUInt32BE(0x800 + sizes.length, 0)
  sizes.forEach((size, i) => {
    header.writeUInt32BE(size, 4 + 4 * i)
  })
  return gzipSync(Buffer.concat([header, values]), { level: 1 })
}

/** [28, 28], 8-bit. */
function drawDigit(digit: number, draw: Random): Uint8Array {
  const [left, top] = [draw.between(8, 11), draw.between(5, 7)]
  const [width, height] = [draw.between(7, 10), draw.between(7, 8.5)]
  const [slant, thickness] = [draw.between(-0.2, 0.4), draw.between(1, 2)]
  const lines = DIGITS[digit].map((segment) => {
    const [u0, v0, u1, v1] = SEGMENTS[segment]
    const at = (u: number, v: number) => [left + width * u + slant * height * (1 - v), top + height * v]
    return [...at(u0, v0), ...at(u1, v1)]
  })
  const pixels = new Uint8Array(SIDE * SIDE)
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const distance = Math.min(...lines.map((line) => distanceTo(line, x, y)))
      pixels[y * SIDE + x] = 255 * Math.min(1, Math.max(0, thickness + 0.5 - distance))
    }
  }
  return pixels
}

function distanceTo([x0, y0, x1, y1]: number[], x: number, y: number): number {
  const [dx, dy] = [x1 - x0, y1 - y0]
  const along = ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy)
  const t = Math.min(1, Math.max(0, along))
  return Math.hypot(x - x0 - t * dx, y - y0 - t * dy)
}
