/** Draws curves as a PNG: axes with round numbers, a colour a series, its name beside its end. */
import type { Chart } from '../../contract/zoo-jobs.ts'
import { sharp } from '../imaging/libvips.ts'
import { Canvas } from './canvas.ts'
import { type Scale, scaleOf } from './chart-scale.ts'

const SIZE = { width: 900, height: 560 } // px
const FRAME = { left: 90, top: 76, right: 180, bottom: 64 }
/** Told apart by people with any kind of colour vision (Okabe & Ito 2008). */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000']
const GRID = '#dddddd'
const INK = '#333333'

type Label = {
  text: string
  x: number
  y: number
  align: 'left' | 'centre' | 'right'
  colour?: string
  large?: true
}

export async function writeChart(file: string, { title, x, y, series, logarithmic }: Chart): Promise<void> {
  const points = series.flatMap((one) => one.points)
  const across = scaleOf(
    points.map((point) => point[0]),
    FRAME.left,
    SIZE.width - FRAME.right,
    false,
  )
  const up = scaleOf(
    points.map((point) => point[1]),
    SIZE.height - FRAME.bottom,
    FRAME.top,
    logarithmic ?? false,
  )
  const canvas = new Canvas(SIZE.width, SIZE.height)
  const labels: Label[] = [
    { text: title, x: FRAME.left, y: 24, align: 'left', large: true },
    { text: x, x: (FRAME.left + SIZE.width - FRAME.right) / 2, y: SIZE.height - 18, align: 'centre' },
    { text: y, x: FRAME.left, y: FRAME.top - 16, align: 'left' },
    ...drawGrid(canvas, across, up),
  ]
  series.forEach(({ name, points }, i) => {
    const colour = COLOURS[i % COLOURS.length]
    const at = points.map(([x, y]): [number, number] => [across.at(x), up.at(y)])
    at.forEach((point, j) => {
      if (j > 0) canvas.line(at[j - 1], point, colour, 2)
      if (points.length <= 20) canvas.disc(point, 4, colour)
    })
    // Names are a list, the ends of curves may be close together.
    labels.push({
      text: name,
      x: SIZE.width - FRAME.right + 16,
      y: FRAME.top + 10 + 24 * i,
      align: 'left',
      colour,
    })
  })
  const texts = await Promise.all(labels.map(textOf))
  await sharp(canvas.pixels, { raw: { width: SIZE.width, height: SIZE.height, channels: 3 } })
    .composite(texts)
    .removeAlpha()
    .png()
    .toFile(file)
}

function drawGrid(canvas: Canvas, across: Scale, up: Scale): Label[] {
  const [bottom, right] = [SIZE.height - FRAME.bottom, SIZE.width - FRAME.right]
  const labels: Label[] = []
  for (const { value, text } of across.ticks) {
    const x = across.at(value)
    canvas.line([x, FRAME.top], [x, bottom], GRID, 1)
    labels.push({ text, x, y: bottom + 18, align: 'centre' })
  }
  for (const { value, text } of up.ticks) {
    const y = up.at(value)
    canvas.line([FRAME.left, y], [right, y], GRID, 1)
    labels.push({ text, x: FRAME.left - 10, y, align: 'right' })
  }
  canvas.line([FRAME.left, bottom], [right, bottom], INK, 1)
  canvas.line([FRAME.left, FRAME.top], [FRAME.left, bottom], INK, 1)
  return labels
}

/** Where a computer has no fonts the text is empty, and the curves are there all the same. */
async function textOf({ text, x, y, align, colour = INK, large }: Label) {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  const { data, info } = await sharp({
    text: {
      text: `<span foreground="${colour}">${escaped}</span>`,
      font: large ? 'sans bold 14' : 'sans 11',
      rgba: true,
      dpi: 96,
    },
  })
    .png()
    .toBuffer({ resolveWithObject: true })
  const shift = { left: 0, centre: 0.5, right: 1 }[align]
  return {
    input: data,
    left: Math.max(0, Math.round(x - shift * info.width)),
    top: Math.max(0, Math.round(y - info.height / 2)),
  }
}
