/** Draws curves as a PNG: axes with round numbers, a colour a series, the names below. */
import type { Chart } from '../../contract/zoo-jobs.ts'
import { sharp } from '../imaging/libvips.ts'
import { Canvas } from './canvas.ts'
import { type Scale, scaleOf } from './chart-scale.ts'

// All in px. The picture is as high as its texts make it.
const WIDTH = 900
const MARGIN = 24
const PLOT = { left: 90, right: WIDTH - 44, height: 420 }
const MARK = 20 // of a series, in front of its name
const GAP = 8
const LINE = 18 // at least, of a name
/** Told apart by people with any kind of colour vision (Okabe & Ito 2008). */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000']
const GRID = '#dddddd'
const INK = '#333333'

type Text = { input: Buffer; width: number; height: number }
type Placed = { input: Buffer; left: number; top: number }
type Plot = { top: number; bottom: number; across: Scale; up: Scale }

export async function writeChart(file: string, { title, x, y, series, logarithmic }: Chart): Promise<void> {
  const [heading, across, up] = await Promise.all([textOf(title, 'sans bold 14'), textOf(x), textOf(y)])
  const names = await Promise.all(
    series.map(({ name }) => textOf(name, FONT, WIDTH - 2 * MARGIN - MARK - GAP)),
  )
  const top = MARGIN + heading.height + 2 * GAP + up.height + GAP
  const bottom = top + PLOT.height
  const legend = legendOf(names, bottom + 72)
  const points = series.flatMap((one) => one.points)
  const plot: Plot = {
    top,
    bottom,
    across: scaleOf(
      points.map((point) => point[0]),
      PLOT.left,
      PLOT.right,
      false,
    ),
    up: scaleOf(
      points.map((point) => point[1]),
      bottom,
      top,
      logarithmic ?? false,
    ),
  }
  const canvas = new Canvas(WIDTH, legend.bottom + MARGIN)
  const ticks = await drawGrid(canvas, plot)
  series.forEach(({ points }, i) => {
    const colour = COLOURS[i % COLOURS.length]
    const at = points.map(([x, y]): [number, number] => [plot.across.at(x), plot.up.at(y)])
    at.forEach((point, j) => {
      if (j > 0) canvas.line(at[j - 1], point, colour, 2)
      if (points.length <= 20) canvas.disc(point, 4, colour)
    })
    const { left, top } = legend.marks[i]
    canvas.line([left, top], [left + MARK, top], colour, 3)
  })
  await sharp(canvas.pixels, { raw: { width: WIDTH, height: legend.bottom + MARGIN, channels: 3 } })
    .composite([
      { input: heading.input, left: PLOT.left, top: MARGIN },
      { input: up.input, left: PLOT.left, top: top - GAP - up.height },
      place(across, (PLOT.left + PLOT.right) / 2, bottom + 46, 0.5),
      ...ticks,
      ...names.map(({ input }, i) => ({ input, ...legend.texts[i] })),
    ])
    .removeAlpha()
    .png()
    .toFile(file)
}

/** Names one after the other, in rows from `top` on; where each one's mark and text are. */
function legendOf(names: readonly Text[], top: number) {
  const marks: { left: number; top: number }[] = []
  const texts: { left: number; top: number }[] = []
  let [left, bottom] = [MARGIN, top]
  for (const { width, height } of names) {
    const whole = MARK + GAP + width
    if (left > MARGIN && left + whole > WIDTH - MARGIN) {
      left = MARGIN
      top = bottom + GAP
    }
    marks.push({ left, top: top + LINE / 2 })
    texts.push({ left: left + MARK + GAP, top: top + Math.max(0, Math.round((LINE - height) / 2)) })
    bottom = Math.max(bottom, top + Math.max(LINE, height))
    left += whole + 3 * GAP
  }
  return { marks, texts, bottom }
}

async function drawGrid(canvas: Canvas, { top, bottom, across, up }: Plot): Promise<Placed[]> {
  const { left, right } = PLOT
  for (const { value } of across.ticks) {
    const x = across.at(value)
    canvas.line([x, top], [x, bottom], GRID, 1)
  }
  for (const { value } of up.ticks) {
    const y = up.at(value)
    canvas.line([left, y], [right, y], GRID, 1)
  }
  canvas.line([left, bottom], [right, bottom], INK, 1)
  canvas.line([left, top], [left, bottom], INK, 1)
  return Promise.all([
    ...across.ticks.map(async ({ value, text }) =>
      place(await textOf(text), across.at(value), bottom + 18, 0.5),
    ),
    ...up.ticks.map(async ({ value, text }) => place(await textOf(text), left - 10, up.at(value), 1)),
  ])
}

/** The middle of its height at `y`; `share` of its width is left of `x`. */
const place = ({ input, width, height }: Text, x: number, y: number, share: number): Placed => ({
  input,
  left: Math.max(0, Math.round(x - share * width)),
  top: Math.max(0, Math.round(y - height / 2)),
})

const FONT = 'sans 11'

/** Wrapped at `most` px. Where a computer has no fonts it is empty, and the curves are there all the same. */
async function textOf(text: string, font = FONT, most = PLOT.right - PLOT.left): Promise<Text> {
  // libvips throws where there is nothing to draw.
  const escaped = (text.trim() || '–').replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  const { data, info } = await sharp({
    text: {
      text: `<span foreground="${INK}">${escaped}</span>`,
      font,
      rgba: true,
      dpi: 96,
      width: most,
      wrap: 'word-char',
    },
  })
    .png()
    .toBuffer({ resolveWithObject: true })
  return { input: data, width: info.width, height: info.height }
}
