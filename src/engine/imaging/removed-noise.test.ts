import { describe, expect, it } from 'vitest'
import { random } from '../random.ts'
import { createRaster, maxSample } from './raster.ts'
import { removedNoise } from './removed-noise.ts'

const WIDTH = 96
const HEIGHT = 72

/** A dark left half and a bright right one, and the same with noise of so much (8-bit units) on each. */
function halves(channels: 1 | 3, depth: 8 | 16, left: number, right: number, bright = 200) {
  const clean = createRaster(WIDTH, HEIGHT, channels, depth)
  const noisy = createRaster(WIDTH, HEIGHT, channels, depth)
  const noise = new Float32Array(clean.samples.length)
  random(5).fillGaussian(noise)
  const unit = maxSample(depth) / 255
  for (let i = 0; i < noise.length; i++) {
    const isLeft = Math.floor(i / channels) % WIDTH < WIDTH / 2
    clean.samples[i] = (isLeft ? 60 : bright) * unit
    noisy.samples[i] = Math.round(clean.samples[i] + (isLeft ? left : right) * unit * noise[i])
  }
  return { clean, noisy }
}

describe('noise that was taken away', () => {
  it.each([
    [1, 8],
    [3, 8],
    [3, 16],
  ] as const)('is told overall, by brightness and by place: %i channels, %i bits', (channels, depth) => {
    const { clean, noisy } = halves(channels, depth, 12, 4)
    const { noise, map } = removedNoise(noisy, clean, 1)
    expect(Math.abs(noise.shadows - 12)).toBeLessThan(0.5)
    expect(Math.abs(noise.highlights - 4)).toBeLessThan(0.2)
    expect(Math.abs(noise.sigma - Math.sqrt((12 ** 2 + 4 ** 2) / 2))).toBeLessThan(0.4)
    expect([map?.width, map?.height]).toEqual([6, 4]) // the lowest 8 rows are no whole block
    for (const [i, sigma] of map!.sigma.entries())
      expect(sigma / (i % 6 < 3 ? 12 : 4), `block ${i}`).toBeCloseTo(1, 0)
  })

  it('is the same of a result at half strength', () => {
    const { clean, noisy } = halves(3, 16, 12, 4)
    const half = {
      ...clean,
      samples: clean.samples.map((value, i) => Math.round((value + noisy.samples[i]) / 2)),
    }
    const whole = removedNoise(noisy, clean, 1)
    expect(removedNoise(noisy, half, 0.5).noise.sigma).toBeCloseTo(whole.noise.sigma, 2)
  })

  it('counts what is neither dark nor bright overall alone', () => {
    const { clean, noisy } = halves(3, 8, 12, 4, 128)
    const { sigma, shadows, highlights } = removedNoise(noisy, clean, 1).noise
    expect(Math.abs(shadows - 12)).toBeLessThan(0.5)
    expect(highlights).toBe(sigma)
  })

  it('is what there is overall where no block is dark, and 0 of a picture left as it is', () => {
    const bright = createRaster(40, 40, 3, 8)
    bright.samples.fill(220)
    const noisy = { ...bright, samples: bright.samples.map((value, i) => value + (i % 2 === 0 ? 6 : -6)) }
    expect(removedNoise(noisy, bright, 1).noise).toEqual({ sigma: 6, shadows: 6, highlights: 6 })
    expect(removedNoise(bright, bright, 1).noise).toEqual({ sigma: 0, shadows: 0, highlights: 0 })
  })

  it('has no map of a picture without a whole block, and does not compare pictures of two sizes', () => {
    const small = createRaster(15, 40, 1, 8)
    expect(removedNoise(small, small, 1).map).toBeNull()
    expect(() => removedNoise(small, createRaster(40, 15, 1, 8), 1)).toThrow('differ')
  })
})
