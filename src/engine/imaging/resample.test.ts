import { describe, expect, it } from 'vitest'
import { random } from '../random.ts'
import { createRaster, readWindow } from './raster.ts'
import { readEnlarged, resizeBicubic } from './resample.ts'

describe('bicubic resampling', () => {
  // imresize([1 2 4 8], 2), worked out by hand from Keys' kernel.
  it('enlarges as imresize does', () => {
    const row = resizeBicubic(Float32Array.of(1, 2, 4, 8), 4, 1, 1, 8, 1)
    const weights = [-0.0234375, 0.2265625, 0.8671875, -0.0703125]
    const between = (a: number, b: number, c: number, d: number) =>
      weights[0] * a + weights[1] * b + weights[2] * c + weights[3] * d
    const expected = [
      between(2, 1, 1, 2),
      between(4, 2, 1, 1),
      between(1, 1, 2, 4),
      between(8, 4, 2, 1),
      between(1, 2, 4, 8),
      between(8, 8, 4, 2),
      between(2, 4, 8, 8),
      between(4, 8, 8, 4),
    ]
    for (const [i, value] of expected.entries()) expect(row[i]).toBeCloseTo(value, 5)
  })

  it('makes smaller without aliasing: the kernel is stretched', () => {
    const stripes = Float32Array.from({ length: 64 }, (_, x) => x % 2)
    const half = resizeBicubic(stripes, 64, 1, 1, 32, 1)
    for (const value of half.subarray(4, -4)) expect(value).toBeCloseTo(0.5, 5)
  })

  it('keeps a flat picture flat and a ramp a ramp, each channel by itself', () => {
    const [width, height] = [20, 16]
    const values = Float32Array.from({ length: width * height * 2 }, (_, i) =>
      i % 2 ? 0.25 : (i >> 1) % width,
    )
    const large = resizeBicubic(values, width, height, 2, 60, 48)
    for (let y = 0; y < 48; y++) {
      for (let x = 9; x < 51; x++) {
        expect(large[(y * 60 + x) * 2]).toBeCloseTo((x + 0.5) / 3 - 0.5, 4)
        expect(large[(y * 60 + x) * 2 + 1]).toBeCloseTo(0.25, 5)
      }
    }
  })
})

describe('a window of an enlarged picture', () => {
  it.each([2, 3, 4])('×%i is the same as that window of the whole, mirrored over the edges', (scale) => {
    const raster = createRaster(23, 17, 3, 8)
    const draw = random(scale)
    for (let i = 0; i < raster.samples.length; i++) raster.samples[i] = draw.below(256)
    const [width, height] = [23 * scale, 17 * scale]
    const all = readWindow(raster, { left: 0, top: 0, width: 23, height: 17 })
    const whole = resizeBicubic(all, 23, 17, 3, width, height)
    const mirror = (i: number, size: number) => (i < 0 ? -i : i >= size ? 2 * (size - 1) - i : i)
    for (const window of [
      { left: 5, top: 7, width: 20, height: 9 },
      { left: -6, top: -4, width: width + 13, height: height + 11 },
      { left: width - 3, top: height - 2, width: 8, height: 6 },
    ]) {
      const values = readEnlarged(raster, scale, window)
      expect(values).toHaveLength(window.width * window.height * 3)
      for (let i = 0; i < values.length; i++) {
        const x = mirror(window.left + (Math.floor(i / 3) % window.width), width)
        const y = mirror(window.top + Math.floor(i / 3 / window.width), height)
        expect(values[i]).toBeCloseTo(whole[(y * width + x) * 3 + (i % 3)], 5)
      }
    }
  })
})
