import { describe, expect, it } from 'vitest'
import { random } from '../random.ts'
import { createRaster, type Raster } from './raster.ts'
import { findScratches } from './scratches.ts'

/** A scene with what is no scratch: a gradient, an edge, a disc, stripes, texture and noise. */
function scene(width: number, height: number, seed = 1): Raster {
  const raster = createRaster(width, height, 3, 8)
  const noise = new Float32Array(width * height)
  random(seed).fillGaussian(noise)
  for (let i = 0; i < noise.length; i++) {
    const x = i % width
    const y = Math.floor(i / width)
    let value = 90 + (40 * x) / width
    if (x + 2 * y > 0.9 * width) value += 50
    if (Math.hypot(x - 0.3 * width, y - 0.4 * height) < 30) value -= 60
    if (x > 0.8 * width && y > 0.6 * height) value += 20 * Math.sign(Math.sin(x))
    raster.samples.fill(Math.round(value + 4 * noise[i]), 3 * i, 3 * i + 3)
  }
  return raster
}

/** Draws a straight scratch, `thickness` px wide; gives its pixels. */
function scratch(
  raster: Raster,
  from: [number, number],
  to: [number, number],
  by: number,
  thickness: number,
) {
  const pixels: number[] = []
  const { width, height, samples } = raster
  const length = Math.hypot(to[0] - from[0], to[1] - from[1])
  const [dx, dy] = [(to[0] - from[0]) / length, (to[1] - from[1]) / length]
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const along = (x - from[0]) * dx + (y - from[1]) * dy
      const aside = Math.abs((x - from[0]) * dy - (y - from[1]) * dx)
      if (along < 0 || along > length || aside > thickness / 2) continue
      const at = 3 * (y * width + x)
      for (let c = 0; c < 3; c++) samples[at + c] = Math.min(255, Math.max(0, samples[at + c] + by))
      pixels.push(y * width + x)
    }
  }
  return pixels
}

const share = (pixels: number[], { samples }: Raster) =>
  pixels.filter((pixel) => samples[pixel] === 255).length / pixels.length
const covered = ({ samples }: Raster) => samples.filter((value) => value === 255).length / samples.length

describe('scratches', () => {
  it.each([
    ['bright and upright', [120, 20], [128, 250], 70, 2],
    ['dark and level', [40, 200], [330, 190], -60, 2],
    ['bright and aslant', [40, 60], [270, 220], 60, 3],
    ['a hairline', [200, 10], [90, 260], 80, 1.2],
  ] as const)('%s: found nearly whole, and little else', (_, from, to, by, thickness) => {
    const picture = scene(360, 280)
    const pixels = scratch(picture, [...from], [...to], by, thickness)
    const mask = findScratches(picture)
    expect(mask).toMatchObject({ width: 360, height: 280, channels: 1, depth: 8 })
    expect(share(pixels, mask)).toBeGreaterThan(0.9)
    // The scratch itself, with 2 px on each side of it, and a little.
    expect(covered(mask)).toBeLessThan((pixels.length * (1 + 5 / thickness)) / (360 * 280) + 0.005)
  })

  it('a picture without any has none: edges, stripes and noise are no scratches', () => {
    for (const seed of [1, 2, 3]) expect(covered(findScratches(scene(360, 280, seed)))).toBeLessThan(0.002)
  })

  it('broad ones of a large scan are found too', () => {
    const picture = scene(2400, 400)
    const pixels = scratch(picture, [300, 20], [2100, 380], 80, 9)
    expect(share(pixels, findScratches(picture))).toBeGreaterThan(0.9)
  })
})
