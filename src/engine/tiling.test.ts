import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createRaster, readWindow, writeWindow } from './imaging/raster.ts'
import { random } from './random.ts'
import { type Geometry, planTiles, runTiled } from './tiling.ts'

/** A stand-in network of known geometry: every output pixel is the sum of the pixels `radius` around its cell's corner. */
function stridedSum({ sizeMultiple, receptiveFieldRadius }: Geometry) {
  const radius = receptiveFieldRadius - sizeMultiple + 1
  return (values: Float32Array, width: number, height: number) => {
    expect(width % sizeMultiple).toBe(0)
    expect(height % sizeMultiple).toBe(0)
    const out = new Float32Array(values.length)
    const at = (x: number, y: number) =>
      x < 0 || y < 0 || x >= width || y >= height ? 0 : values[y * width + x]
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const cellX = x - (x % sizeMultiple)
        const cellY = y - (y % sizeMultiple)
        out[y * width + x] =
          (at(cellX - radius, cellY) +
            at(cellX + radius, cellY) +
            at(cellX, cellY - radius) +
            at(cellX, cellY + radius) +
            at(x, y)) /
          5
      }
    }
    return out
  }
}

function noisePicture(width: number, height: number, seed: number) {
  const raster = createRaster(width, height, 1, 16)
  const draw = random(seed)
  for (let i = 0; i < raster.samples.length; i++) raster.samples[i] = draw.below(65536)
  return raster
}

async function tiled(raster: ReturnType<typeof noisePicture>, geometry: Geometry, maxTilePixels: number) {
  const out = createRaster(raster.width, raster.height, 1, 16)
  const tiles = planTiles(raster.width, raster.height, geometry, maxTilePixels)
  await runTiled(
    { ...raster, read: (window) => readWindow(raster, window) },
    { write: (core, values, origin) => writeWindow(out, core, values, origin) },
    tiles,
    stridedSum(geometry),
  )
  return { out, tiles }
}

describe('tiling', () => {
  it('gives the same picture as the whole at once, for random sizes, strides, halos and limits', async () => {
    const draw = random(7)
    for (let round = 0; round < 60; round++) {
      const sizeMultiple = [1, 2, 4, 8][draw.below(4)]
      const geometry = { sizeMultiple, receptiveFieldRadius: sizeMultiple + draw.below(20) }
      const raster = noisePicture(1 + draw.below(150), 1 + draw.below(150), round)
      const whole = await tiled(raster, geometry, Number.POSITIVE_INFINITY)
      const parts = await tiled(raster, geometry, 400 + draw.below(6000))
      expect(whole.tiles).toHaveLength(1)
      expect(parts.out.samples, `round ${round}`).toEqual(whole.out.samples)
    }
  })

  it('covers every pixel exactly once', () => {
    const draw = random(8)
    for (let round = 0; round < 40; round++) {
      const width = 1 + draw.below(300)
      const height = 1 + draw.below(300)
      const covered = new Uint8Array(width * height)
      const tiles = planTiles(
        width,
        height,
        { sizeMultiple: 8, receptiveFieldRadius: 13 },
        500 + draw.below(9000),
      )
      for (const { core } of tiles) {
        for (let y = core.top; y < core.top + core.height; y++) {
          for (let x = core.left; x < core.left + core.width; x++) covered[y * width + x]++
        }
      }
      expect(covered.every((times) => times === 1)).toBe(true)
    }
  })

  it('keeps within the tile limit, at a small cost in halos for a 12 MP photo', () => {
    const geometry = { sizeMultiple: 8, receptiveFieldRadius: 83 }
    const tiles = planTiles(4000, 3000, geometry, 3.5e6)
    const sizes = tiles.map(({ input }) => input.width * input.height)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(3.5e6)
    expect(sizes.reduce((a, b) => a + b) / 12e6).toBeLessThan(1.12)
  })

  it.each([
    [1, 1],
    [3, 2000],
    [2000, 3],
    [8, 8],
  ])('handles a picture of %i × %i px', async (width, height) => {
    const raster = noisePicture(width, height, 1)
    const geometry = { sizeMultiple: 8, receptiveFieldRadius: 20 }
    const whole = await tiled(raster, geometry, Number.POSITIVE_INFINITY)
    const parts = await tiled(raster, geometry, 2500)
    expect(parts.out.samples).toEqual(whole.out.samples)
  })

  it('reports rising progress and stops where the caller throws', async () => {
    const seen: number[] = []
    const raster = noisePicture(100, 100, 2)
    const geometry = { sizeMultiple: 2, receptiveFieldRadius: 4 }
    const tiles = planTiles(100, 100, geometry, 1600)
    const cancelled = runTiled(
      { ...raster, read: (window) => readWindow(raster, window) },
      { write: () => {} },
      tiles,
      (values) => values,
      (done) => {
        seen.push(done)
        if (seen.length === 4) throw new Error('cancelled')
      },
    )
    await expect(cancelled).rejects.toThrow('cancelled')
    expect(seen).toHaveLength(4)
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
  })

  it('gives the same picture when several tiles are run at a time and end in any order', async () => {
    const draw = random(9)
    for (let round = 0; round < 10; round++) {
      const raster = noisePicture(100 + draw.below(150), 100 + draw.below(150), round)
      const geometry = { sizeMultiple: 4, receptiveFieldRadius: 4 + draw.below(12) }
      const workers = 2 + draw.below(6)
      const whole = await tiled(raster, geometry, Number.POSITIVE_INFINITY)
      const out = createRaster(raster.width, raster.height, 1, 16)
      const tiles = planTiles(raster.width, raster.height, geometry, 6000, workers)
      const sum = stridedSum(geometry)
      await runTiled(
        { ...raster, read: (window) => readWindow(raster, window) },
        { write: (core, values, origin) => writeWindow(out, core, values, origin) },
        tiles,
        async (values, width, height) => {
          await sleep(draw.below(4))
          return sum(values, width, height)
        },
        undefined,
        () => workers,
      )
      expect(out.samples, `round ${round}`).toEqual(whole.out.samples)
    }
  })

  // Of the denoising network, and WebAssembly's limit.
  it.each([
    [2, 4000, 3000],
    [3, 4000, 3000],
    [4, 4000, 3000],
    [6, 4000, 3000],
    [8, 6000, 4000],
    [16, 6000, 4000],
  ])('keeps %i workers evenly busy on %i × %i px', (workers, width, height) => {
    const geometry = { sizeMultiple: 8, receptiveFieldRadius: 83 }
    const limit = 1e6
    const sizes = planTiles(width, height, geometry, limit, workers).map(
      ({ input }) => input.width * input.height,
    )
    const busyUntil = Array<number>(workers).fill(0)
    for (const size of sizes) busyUntil[busyUntil.indexOf(Math.min(...busyUntil))] += size
    const alone = planTiles(width, height, geometry, limit).reduce(
      (sum, { input }) => sum + input.width * input.height,
      0,
    )
    expect(Math.max(...sizes)).toBeLessThanOrEqual(limit)
    expect(alone / Math.max(...busyUntil)).toBeGreaterThan(0.9 * workers)
  })

  it('cuts a picture that would be one tile for several workers, but not one that is nearly all halo', () => {
    const geometry = { sizeMultiple: 8, receptiveFieldRadius: 83 }
    expect(planTiles(1024, 1024, geometry, 2e6, 2)).toHaveLength(2)
    expect(planTiles(100, 80, geometry, 2e6, 8)).toHaveLength(1)
  })
})
