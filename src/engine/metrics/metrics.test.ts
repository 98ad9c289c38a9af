import { describe, expect, it } from 'vitest'
import { random } from '../random.ts'
import { psnr } from './psnr.ts'
import { ssim } from './ssim.ts'

const size = { width: 24, height: 20, channels: 1 }
const length = size.width * size.height

describe('PSNR', () => {
  it('of a picture and itself plus 0.1 everywhere is 20 dB', () => {
    const a = new Float64Array(length).fill(0.3)
    expect(
      psnr(
        a,
        a.map((value) => value + 0.1),
      ),
    ).toBeCloseTo(20, 6)
  })

  it('of white Gaussian noise of sigma 25 is 20.17 dB', () => {
    const noise = new Float32Array(200_000)
    random(1).fillGaussian(noise)
    const noisy = noise.map((value) => 0.5 + (25 / 255) * value)
    expect(psnr(noisy, new Float32Array(200_000).fill(0.5))).toBeCloseTo(20.17, 1)
  })

  it('refuses pictures of two sizes', () => {
    expect(() => psnr([1, 2], [1])).toThrow(RangeError)
  })
})

describe('SSIM', () => {
  const ramp = Float64Array.from({ length }, (_, i) => (i % size.width) / size.width)

  it('of a picture with itself is 1', () => {
    expect(ssim(ramp, ramp, size)).toBeCloseTo(1, 12)
  })

  it('of two flat pictures is the luminance term alone', () => {
    const dark = new Float64Array(length).fill(0.2)
    const light = new Float64Array(length).fill(0.6)
    const c1 = 0.01 ** 2
    expect(ssim(dark, light, size)).toBeCloseTo((2 * 0.2 * 0.6 + c1) / (0.2 ** 2 + 0.6 ** 2 + c1), 9)
  })

  it('has the window and the terms of its paper: as computed with numpy from windows that are weighted one by one', () => {
    const drawn = { width: 40, height: 32, channels: 1 }
    const at = (i: number) => ({ x: i % drawn.width, y: Math.floor(i / drawn.width) })
    const a = Float64Array.from({ length: drawn.width * drawn.height }, (_, i) => {
      const { x, y } = at(i)
      return 0.5 + 0.25 * Math.sin(x / 3) + 0.2 * Math.cos(y / 4) * Math.sin((x + y) / 7)
    })
    const b = a.map((value, i) => {
      const { x, y } = at(i)
      return 0.85 * value + 0.08 + 0.06 * Math.sin(2.1 * x + 1.3 * y)
    })
    expect(ssim(a, b, drawn)).toBeCloseTo(0.8571379906248793, 10)
  })

  it('is negative for a picture against its negative', () => {
    expect(
      ssim(
        ramp,
        ramp.map((value) => 1 - value),
        size,
      ),
    ).toBeLessThan(0)
  })

  it('falls as noise rises', () => {
    const noise = new Float32Array(length)
    random(2).fillGaussian(noise)
    const at = (sigma: number) =>
      ssim(
        ramp,
        ramp.map((value, i) => value + sigma * noise[i]),
        size,
      )
    expect(at(0.02)).toBeGreaterThan(at(0.05))
    expect(at(0.05)).toBeGreaterThan(at(0.2))
  })
})
