/** Test scratches: the same in every evaluation, so that figures can be compared. Trainings draw others. */
import { createRaster, type Raster } from '../imaging/raster.ts'
import { type Random, random } from '../random.ts'

const SEED = 20260401
/** Share of the picture that is covered. */
const SHARE = 0.05
/** px */
const WIDTH = { from: 1, to: 3 }

/** A mask for a picture of that size: grey, 8 bit, 255 where a scratch is. `index` says which. */
export function scratchMask(width: number, height: number, index: number): Raster {
  const mask = createRaster(width, height, 1, 8)
  const draw = random(SEED, index)
  const wanted = SHARE * width * height
  for (let covered = 0; covered < wanted; ) covered += drawScratch(mask, draw, wanted - covered)
  return mask
}

/** A thin line that turns a little as it goes; gives how many pixels it covers that were free. Ends at `most`. */
function drawScratch({ samples, width, height }: Raster, draw: Random, most: number): number {
  let x = draw.between(0, width)
  let y = draw.between(0, height)
  let angle = draw.between(0, 2 * Math.PI)
  const turn = draw.between(-0.01, 0.01)
  const length = draw.between(0.1, 0.6) * Math.max(width, height)
  const radius = draw.between(WIDTH.from, WIDTH.to) / 2
  let covered = 0
  for (let gone = 0; gone < length && covered < most; gone += 0.5) {
    for (let v = Math.ceil(y - radius); v <= y + radius; v++) {
      for (let u = Math.ceil(x - radius); u <= x + radius; u++) {
        const isInside = u >= 0 && v >= 0 && u < width && v < height && Math.hypot(u - x, v - y) <= radius
        if (!isInside || samples[v * width + u] === 255) continue
        samples[v * width + u] = 255
        covered++
      }
    }
    x += 0.5 * Math.cos(angle)
    y += 0.5 * Math.sin(angle)
    angle += turn * draw.uniform()
  }
  return covered
}
