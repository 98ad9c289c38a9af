import { describe, expect, it } from 'vitest'
import { random } from '../random.ts'
import { binarise, otsuThreshold } from './binarise.ts'
import { createRaster, type Raster } from './raster.ts'

/** Strokes 3 px wide on paper whose light falls from left to right, 16 bit. */
function page(falloff: number): { raster: Raster; ink: Uint8Array } {
  const [width, height] = [240, 120]
  const raster = createRaster(width, height, 1, 16)
  const ink = new Uint8Array(width * height)
  const draw = random(9)
  for (let i = 0; i < ink.length; i++) {
    const x = i % width
    const y = Math.floor(i / width)
    ink[i] = x % 20 < 3 && y % 24 > 8 ? 1 : 0
    const light = 0.95 - (falloff * x) / width
    raster.samples[i] = 65535 * (light * (ink[i] ? 0.5 : 1) - 0.02 * draw.uniform())
  }
  return { raster, ink }
}

const wrong = ({ samples }: Raster, ink: Uint8Array) =>
  ink.reduce((count, isInk, i) => count + (samples[i] === (isInk ? 0 : 65535) ? 0 : 1), 0) / ink.length

describe('black and white', () => {
  it('Otsu parts ink from paper in even light', () => {
    const { raster, ink } = page(0)
    expect(wrong(binarise(raster, 'otsu'), ink)).toBe(0)
  })

  it('Sauvola does so where the light falls off and one threshold can not', () => {
    const { raster, ink } = page(0.75)
    expect(wrong(binarise(raster, 'otsu'), ink)).toBeGreaterThan(0.1)
    expect(wrong(binarise(raster, 'sauvola'), ink)).toBeLessThan(0.005)
  })

  it('the threshold lies between two levels', () => {
    const levels = Uint8Array.from({ length: 100 }, (_, i) => (i < 30 ? 50 : 180))
    expect(otsuThreshold(levels, 8)).toBeGreaterThanOrEqual(50)
    expect(otsuThreshold(levels, 8)).toBeLessThan(180)
  })
})
