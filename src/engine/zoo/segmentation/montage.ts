/** What networks find, to look at: a row for each picture, with the truth and what each found beside it. */
import { writeFileAtomically } from '../../imaging/atomic-write.ts'
import { sharp } from '../../imaging/libvips.ts'
import type { Colour } from './classes.ts'
import { type LabelledPicture, VOID } from './labelled-pictures.ts'

/** `found`: labels [height, width], one a network. */
export type Finding = { picture: LabelledPicture; found: Uint8Array[] }

/** px: of a cell and of the gap between two. */
const CELL = { width: 240, height: 180 }
const GAP = 4

/** Writes a PNG: picture, truth, and what was found. */
export async function writeMontage(
  file: string,
  findings: readonly Finding[],
  colours: readonly Colour[],
): Promise<void> {
  const cells = await Promise.all(
    findings.flatMap(({ picture, found }, row) => {
      const painted = [picture.samples, ...[picture.labels, ...found].map((labels) => paint(labels, colours))]
      return painted.map((samples, column) => cell(picture, samples, row, column))
    }),
  )
  const columns = 2 + Math.max(...findings.map(({ found }) => found.length))
  const width = columns * (CELL.width + GAP) + GAP
  const height = findings.length * (CELL.height + GAP) + GAP
  const background = { r: 64, g: 64, b: 64 }
  const canvas = sharp({ create: { width, height, channels: 3, background } })
  const bytes = await canvas.composite(cells).png().toBuffer()
  await writeFileAtomically(file, bytes, { overwrite: true, flush: false })
}

async function cell({ width, height }: LabelledPicture, samples: Uint8Array, row: number, column: number) {
  const input = await sharp(samples, { raw: { width, height, channels: 3 } })
    .resize({ ...CELL, fit: 'contain', kernel: column === 0 ? 'cubic' : 'nearest', background: '#404040' })
    .png()
    .toBuffer()
  return { input, left: GAP + column * (CELL.width + GAP), top: GAP + row * (CELL.height + GAP) }
}

/** Labels as RGB, 8-bit; void is grey. */
function paint(labels: Uint8Array, colours: readonly Colour[]): Uint8Array {
  const samples = new Uint8Array(3 * labels.length)
  for (let i = 0; i < labels.length; i++) {
    const [r, g, b] = labels[i] === VOID ? [96, 96, 96] : colours[labels[i]]
    samples[3 * i] = r
    samples[3 * i + 1] = g
    samples[3 * i + 2] = b
  }
  return samples
}
