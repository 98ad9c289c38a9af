import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { chooseBackend } from '../backends/choose.ts'
import { createRaster, type Raster } from '../imaging/raster.ts'
import { type LocalNetwork, openNetwork } from '../models/network.ts'
import { random } from '../random.ts'
import { findScratches } from './find-scratches.ts'
import { byPixel, fakeNetwork } from './testing/fake-network.ts'

/** Grey, with a white line `thickness` px wide down column `at`. */
function picture(width: number, height: number, channels: 1 | 3, depth: 8 | 16, at: number, thickness = 1) {
  const raster = createRaster(width, height, channels, depth)
  const white = depth === 8 ? 255 : 65535
  for (let i = 0; i < raster.samples.length; i++) {
    const x = Math.floor(i / channels) % width
    raster.samples[i] = x >= at && x < at + thickness ? white : white / 4
  }
  return raster
}

/** Takes what is white for a scratch. */
const whiteFinder = () =>
  fakeNetwork(
    byPixel(3, ([red]) => [red > 0.9 ? 1 : 0]),
    { channels: { input: 3, output: 1 } },
  )

function columnsOf({ samples, width, height }: Raster): number[] {
  const marked = Array.from({ length: width }, (_, x) => x).filter((x) => samples[x] === 255)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      expect(samples[y * width + x]).toBe(marked.includes(x) ? 255 : 0)
    }
  }
  return marked
}

describe('scratches', () => {
  it.each([
    [3, 8],
    [1, 8],
    [3, 16],
  ] as const)(
    'are marked with a pixel around them, %i channels of %i bits, in tiles too',
    async (channels, depth) => {
      const raster = picture(90, 70, channels, depth, 40)
      const network = whiteFinder()
      const mask = await findScratches(raster, { network, maxTilePixels: 48 * 48 })
      expect(mask).toMatchObject({ width: 90, height: 70, channels: 1, depth: 8 })
      expect(columnsOf(mask)).toEqual([39, 40, 41])
      expect(network.calls.length).toBeGreaterThan(1)
    },
  )

  it('reach to the edge and not over it', async () => {
    const mask = await findScratches(picture(32, 32, 3, 8, 0), { network: whiteFinder(), maxTilePixels: 1e6 })
    expect(columnsOf(mask)).toEqual([0, 1])
  })

  it('are looked for in a strip that cannot be made smaller', async () => {
    for (const [width, height] of [
      [1, 2100],
      [2100, 1],
      [3, 4100],
    ]) {
      const strip = createRaster(width, height, 3, 8)
      const mask = await findScratches(strip, { network: whiteFinder(), maxTilePixels: 1e5 })
      expect(mask).toMatchObject({ width, height })
    }
  })

  it('of a large scan are looked for in smaller ones too', async () => {
    const network = whiteFinder()
    const mask = await findScratches(picture(2001, 41, 1, 8, 1000, 4), { network, maxTilePixels: 1e6 })
    // Half the size: columns 500 and 501, with their margin 499..502, and so 998..1005 of the large one.
    expect(columnsOf(mask)).toEqual([998, 999, 1000, 1001, 1002, 1003, 1004, 1005])
    expect(new Set(network.calls.map(({ height }) => height)).size).toBe(2)
  })

  it('go on where the network is less sure, and do not begin there', async () => {
    const raster = createRaster(40, 40, 1, 8)
    // A line down column 10, sure in its upper half; down column 30 one that is nowhere sure.
    for (let y = 0; y < 40; y++) {
      raster.samples[y * 40 + 10] = y < 20 ? 255 : 100
      raster.samples[y * 40 + 30] = 100
    }
    const network = fakeNetwork(
      byPixel(3, ([red]) => [red]),
      { channels: { input: 3, output: 1 } },
    )
    expect(columnsOf(await findScratches(raster, { network, maxTilePixels: 1e6 }))).toEqual([9, 10, 11])
  })

  it('are none where the network sees none', async () => {
    const none = await findScratches(picture(40, 40, 3, 8, 50), {
      network: whiteFinder(),
      maxTilePixels: 1e6,
    })
    expect(none.samples.every((value) => value === 0)).toBe(true)
  })
})

describe('the shipped model', () => {
  let network: LocalNetwork
  beforeAll(async () => {
    await chooseBackend()
    network = await openNetwork(path.join(import.meta.dirname, '../../../models/find-scratches'))
  })
  const find = (raster: Raster) => findScratches(raster, { network, maxTilePixels: 1e6 })

  it.each([
    ['bright and upright', [120, 20], [128, 250], 70, 2],
    ['dark and level', [40, 200], [330, 190], -60, 2],
    ['bright and aslant', [40, 60], [270, 220], 60, 3],
    ['a hairline', [200, 10], [90, 260], 80, 1.2],
    ['broad', [30, 30], [300, 250], 70, 6],
  ] as const)('finds most of a scratch, %s, and little else', async (_, from, to, by, thickness) => {
    const picture = scene(360, 280)
    const pixels = scratch(picture, [...from], [...to], by, thickness)
    const mask = await find(picture)
    expect(share(pixels, mask)).toBeGreaterThan(0.7)
    // The scratch itself, with 2 px on each side of it, and a little.
    expect(covered(mask)).toBeLessThan((pixels.length * (1 + 5 / thickness)) / (360 * 280) + 0.01)
  })

  it('takes hardly any edge, stripe or noise for a scratch', async () => {
    for (const seed of [1, 2, 3]) expect(covered(await find(scene(360, 280, seed)))).toBeLessThan(0.01)
  })
})

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
