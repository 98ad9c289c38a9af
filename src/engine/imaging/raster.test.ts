import { expect, test } from 'vitest'
import { LimpidError } from '../../contract/errors.ts'
import {
  createRaster,
  fromFloat,
  type Raster,
  readWindow,
  toFloat,
  type Window,
  writeWindow,
} from './raster.ts'

/** A small seeded generator (mulberry32), so that a failing case can be had again. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

function randomRaster(
  random: () => number,
  width: number,
  height: number,
  channels: 1 | 3,
  depth: 8 | 16,
): Raster {
  const raster = createRaster(width, height, channels, depth)
  const top = depth === 8 ? 256 : 65536
  for (let i = 0; i < raster.samples.length; i++) raster.samples[i] = Math.floor(random() * top)
  return raster
}

/** Mirroring, step by step as one would walk it: turn round at each edge without repeating it. */
function walk(index: number, size: number): number {
  let at = index
  while (at < 0 || at >= size) {
    if (size === 1) return 0
    if (at < 0) at = -at
    if (at >= size) at = 2 * (size - 1) - at
  }
  return at
}

const SIZES: [number, number][] = [
  [1, 1],
  [3, 2000],
  [2000, 3],
  [2, 2],
  [1, 7],
  [37, 23],
]

test('a window over the edge holds the picture mirrored, also where the picture is smaller than the overhang', () => {
  const random = generator(1)
  for (const [width, height] of SIZES) {
    for (const channels of [1, 3] as const) {
      const raster = randomRaster(random, width, height, channels, channels === 1 ? 8 : 16)
      const max = raster.depth === 8 ? 255 : 65535
      for (let round = 0; round < 6; round++) {
        const window: Window = {
          left: Math.floor(random() * (width + 60)) - 30,
          top: Math.floor(random() * (height + 60)) - 30,
          width: 1 + Math.floor(random() * 50),
          height: 1 + Math.floor(random() * 50),
        }
        const values = readWindow(raster, window)
        expect(values.length).toBe(window.width * window.height * channels)
        let worst = 0
        for (let y = 0; y < window.height; y++) {
          for (let x = 0; x < window.width; x++) {
            for (let c = 0; c < channels; c++) {
              const at = (walk(window.top + y, height) * width + walk(window.left + x, width)) * channels + c
              const got = values[(y * window.width + x) * channels + c]
              worst = Math.max(worst, Math.abs(got - raster.samples[at] / max))
            }
          }
        }
        expect(worst, JSON.stringify({ width, height, channels, window })).toBeLessThan(1e-7)
      }
    }
  }
})

test('every 8-bit and every 16-bit sample survives the way to floats and back', () => {
  for (const depth of [8, 16] as const) {
    const count = 2 ** depth
    const raster = createRaster(count, 1, 1, depth)
    for (let i = 0; i < count; i++) raster.samples[i] = i
    const back = fromFloat(toFloat(raster), count, 1, 1, depth)
    expect(back.samples).toEqual(raster.samples)
    expect(toFloat(raster)[count - 1]).toBe(1)
  }
})

test('a picture written back window by window, each cut out of a tile with a halo, is the picture', () => {
  const random = generator(2)
  for (const [width, height] of SIZES) {
    const raster = randomRaster(random, width, height, 3, 8)
    const copy = createRaster(width, height, 3, 8)
    const halo = 5
    const tile = 16
    for (let top = 0; top < height; top += tile) {
      for (let left = 0; left < width; left += tile) {
        const side = tile + 2 * halo
        const values = readWindow(raster, { left: left - halo, top: top - halo, width: side, height: side })
        const window = { left, top, width: tile, height: tile } // reaches over the edge at the last ones
        writeWindow(copy, window, values, { left: halo, top: halo, width: side })
      }
    }
    expect(copy.samples).toEqual(raster.samples)
  }
})

test('writing a window changes no pixel outside it, and no alpha', () => {
  const raster = createRaster(9, 9, 1, 8)
  raster.alpha = new Uint8Array(81).fill(77)
  writeWindow(raster, { left: 2, top: 3, width: 4, height: 2 }, new Float32Array(8).fill(1))
  for (let y = 0; y < 9; y++) {
    for (let x = 0; x < 9; x++) {
      const inside = x >= 2 && x < 6 && y >= 3 && y < 5
      expect(raster.samples[y * 9 + x]).toBe(inside ? 255 : 0)
    }
  }
  expect(raster.alpha.every((value) => value === 77)).toBe(true)
})

test('values beyond 0..1 are clamped, values between are rounded', () => {
  const values = Float32Array.of(-3, -0.001, 0, 0.4 / 255, 0.6 / 255, 0.5, 1, 1.001, 40)
  expect([...fromFloat(values, 9, 1, 1, 8).samples]).toEqual([0, 0, 0, 0, 1, 128, 255, 255, 255])
  expect([...fromFloat(values, 9, 1, 1, 16).samples]).toEqual([0, 0, 0, 103, 154, 32768, 65535, 65535, 65535])
})

test('NaN and infinity are an error, never a black or white pixel', () => {
  for (const bad of [Number.NaN, Infinity, -Infinity]) {
    const values = Float32Array.of(0.5, bad, 0.5)
    expect(() => fromFloat(values, 3, 1, 1, 8)).toThrow(LimpidError)
  }
})

test('a block of values too small for its window is refused', () => {
  const raster = createRaster(8, 8, 3, 8)
  const window = { left: 0, top: 0, width: 4, height: 4 }
  expect(() => writeWindow(raster, window, new Float32Array(47))).toThrow(RangeError)
  expect(() => writeWindow(raster, window, new Float32Array(192), { left: 5, top: 0, width: 8 })).toThrow(
    RangeError,
  )
})
