/** Pictures as points on a plane. */
import { sharp } from '../imaging/libvips.ts'
import { type Pictures, sizeOf } from '../zoo/pictures.ts'

/** Side of a panel, px. */
const PANEL = 900
const MARGIN = 24 // px
/** Long side of a thumbnail, px. */
const THUMBNAIL = 28
const FRAME = 2 // px
/** Of the digits (Tableau's ten). */
const COLOURS = [
  '4e79a7',
  'f28e2b',
  'e15759',
  '76b7b2',
  '59a14f',
  'edc948',
  'b07aa1',
  'ff9da7',
  '9c755f',
  '8d8d8d',
]

/** Writes a PNG with one panel for each list of places [count, 2], side by side; frames show the labels. */
export async function writeScatter(
  file: string,
  pictures: Pictures,
  panels: readonly Float32Array[],
): Promise<void> {
  const width = PANEL * panels.length
  const sheet = new Uint8Array(width * PANEL * 3).fill(255)
  const thumbnails = await Promise.all(pictures.names.map((_, i) => thumbnailOf(pictures, i)))
  for (const [panel, places] of panels.entries()) {
    const at = [0, 1].map((axis) => placer(places, axis))
    thumbnails.forEach((thumbnail, i) => {
      const left = Math.round(panel * PANEL + at[0](places[2 * i]) - thumbnail.width / 2)
      // Up is positive.
      const top = Math.round(PANEL - at[1](places[2 * i + 1]) - thumbnail.height / 2)
      paste(sheet, width, thumbnail, left, top)
    })
    if (panel > 0)
      for (let y = 0; y < PANEL; y++)
        sheet.fill(0, 3 * (y * width + panel * PANEL), 3 * (y * width + panel * PANEL + 1))
  }
  await sharp(sheet, { raw: { width, height: PANEL, channels: 3 } })
    .png()
    .toFile(file)
}

/** Where nothing is known. */
const UNLABELLED = '606060'

/** From coordinates to px; the lowest and the highest are as far from the panel's edges as a thumbnail needs. */
function placer(places: Float32Array, axis: number): (value: number) => number {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = axis; i < places.length; i += 2) {
    low = Math.min(low, places[i])
    high = Math.max(high, places[i])
  }
  const span = high - low || 1
  return (value) => MARGIN + ((PANEL - 2 * MARGIN) * (value - low)) / span
}

type Thumbnail = { width: number; height: number; pixels: Uint8Array }

/** RGB, in a frame of its label's colour. */
async function thumbnailOf({ shape, samples, labels }: Pictures, i: number): Promise<Thumbnail> {
  const [height, width, channels] = shape
  const size = sizeOf(shape)
  const { data, info } = await sharp(samples.subarray(i * size, (i + 1) * size), {
    raw: { width, height, channels: channels as 1 | 3 },
  })
    .resize({ width: THUMBNAIL, height: THUMBNAIL, fit: 'inside' })
    .raw()
    .toBuffer({ resolveWithObject: true })
  const colour = Buffer.from(labels ? COLOURS[labels[i] % COLOURS.length] : UNLABELLED, 'hex')
  const [framedWidth, framedHeight] = [info.width + 2 * FRAME, info.height + 2 * FRAME]
  const pixels = new Uint8Array(framedWidth * framedHeight * 3)
  for (let p = 0; p < framedWidth * framedHeight; p++) pixels.set(colour, 3 * p)
  for (let y = 0; y < info.height; y++) {
    for (let x = 0; x < info.width; x++) {
      const from = (y * info.width + x) * info.channels
      const to = 3 * ((y + FRAME) * framedWidth + x + FRAME)
      for (let c = 0; c < 3; c++) pixels[to + c] = data[from + (info.channels < 3 ? 0 : c)]
    }
  }
  return { width: framedWidth, height: framedHeight, pixels }
}

function paste(sheet: Uint8Array, sheetWidth: number, thumbnail: Thumbnail, left: number, top: number): void {
  for (let y = 0; y < thumbnail.height; y++) {
    const from = 3 * y * thumbnail.width
    sheet.set(
      thumbnail.pixels.subarray(from, from + 3 * thumbnail.width),
      3 * ((top + y) * sheetWidth + left),
    )
  }
}
