import { describe, expect, it } from 'vitest'
import { fillHoles } from './fill-holes.ts'

const [width, height] = [37, 22]
const size = { width, height, channels: 2 }
/** A slope in x, and one in y. */
const slopes = () =>
  Float32Array.from({ length: width * height * 2 }, (_, i) => {
    const pixel = i >> 1
    return i % 2 === 0 ? (pixel % width) / width : Math.floor(pixel / width) / height
  })
/** A scratch from top to bottom, two pixels wide. */
const isHole = (pixel: number) => pixel % width === 15 || pixel % width === 16

describe('a first guess for holes', () => {
  it('leaves what is known alone, and goes on smoothly where it is not', () => {
    const expected = slopes()
    const values = slopes()
    fillHoles(values, isHole, size)
    values.forEach((value, i) => {
      const far = Math.abs(value - expected[i])
      expect(far).toBeLessThanOrEqual(isHole(i >> 1) ? 0.06 : 0)
    })
  })

  it('every pixel of a hole is the mean of its neighbours', () => {
    const values = Float32Array.from({ length: 40 * 40 }, (_, i) => Math.sin(i) ** 2)
    const isInside = (pixel: number) =>
      (pixel % 40 > 10 && pixel % 40 < 14) || Math.hypot((pixel % 40) - 28, pixel / 40 - 20) < 6
    fillHoles(values, isInside, { width: 40, height: 40, channels: 1 })
    for (let i = 0; i < values.length; i++) {
      if (!isInside(i)) continue
      const above = values[i - 40] ?? values[i]
      const below = values[i + 40] ?? values[i]
      expect(Math.abs(values[i] - (values[i - 1] + values[i + 1] + above + below) / 4)).toBeLessThan(0.01)
    }
  })

  it('does not look at what is lost', () => {
    const [one, other] = [slopes(), slopes()]
    for (let i = 0; i < other.length; i++) if (isHole(i >> 1)) other[i] = 7
    fillHoles(one, isHole, size)
    fillHoles(other, isHole, size)
    expect(other).toEqual(one)
  })

  it('fills large holes and whole pictures too', () => {
    const half = slopes()
    fillHoles(half, (pixel) => pixel % width > 5, size)
    for (const value of half) expect(value >= 0 && value <= 1).toBe(true)
    const all = slopes()
    fillHoles(all, () => true, size)
    expect(new Set(all)).toEqual(new Set([0.5]))
  })

  it('steps over values that are not the picture’s', () => {
    const values = Float32Array.of(0.2, 9, 0.7, 9, 0.4, 9)
    fillHoles(values, (pixel) => pixel === 1, { width: 3, height: 1, channels: 1, stride: 2 })
    expect([values[1], values[3], values[5]]).toEqual([9, 9, 9])
    expect(values[2]).toBeGreaterThan(0.19)
    expect(values[2]).toBeLessThan(0.41)
  })
})
