import { describe, expect, it } from 'vitest'
import { random } from '../random.ts'
import { centreView, cut, drawView } from './cut.ts'
import type { TrainingPicture } from './dataset.ts'

const [width, height] = [40, 30]
const samples = new Uint8Array(new SharedArrayBuffer(width * height * 3))
for (let i = 0; i < width * height; i++) samples.set([i % width, 3 * Math.floor(i / width), 200], 3 * i)
const picture: TrainingPicture = { name: 'ramps', width, height, samples }

/** Of a hundred views, px. */
function sidesOfViews(patch: number, zoom: [number, number]): number[] {
  const draw = random(4)
  return Array.from({ length: 100 }, () => drawView(picture, patch, { zoom, upright: false }, draw).side)
}

describe('patches', () => {
  it('are what the picture shows at their place', () => {
    const { values } = cut(picture, samples, { ...centreView(picture, 10), left: 4, top: 7 }, 10, false)
    expect(values[0]).toBeCloseTo(4 / 255, 6)
    expect(values[1]).toBeCloseTo(21 / 255, 6)
    expect(values[3 * (10 + 1)]).toBeCloseTo(5 / 255, 6)
  })

  it.each([false, true])('are mirrored, then turned, as the view says; grey: %s', (grey) => {
    const luma = grey ? [0.299, 0.587, 0.114] : [1, 0, 0]
    const at = (column: number, row: number) => luma[0] * column + luma[1] * 3 * row + luma[2] * 200
    for (let way = 0; way < 8; way++) {
      const [flipX, flipY, transpose] = [1, 2, 4].map((bit) => (way & bit) > 0)
      const { values, channels } = cut(
        picture,
        samples,
        { left: 4, top: 7, side: 10, flipX, flipY, transpose },
        10,
        grey,
      )
      for (const [x, y] of [
        [0, 0],
        [3, 0],
        [0, 2],
        [9, 8],
      ]) {
        const [u, v] = [flipX ? 9 - x : x, flipY ? 9 - y : y]
        const expected = transpose ? at(4 + v, 7 + u) : at(4 + u, 7 + v)
        expect(255 * values[channels * (10 * y + x)], `${x}, ${y}, way ${way}`).toBeCloseTo(expected, 3)
      }
    }
  })

  it('come in all eight orientations, and from everywhere', () => {
    const draw = random(4)
    const seen = new Set<string>()
    const lefts = new Set<number>()
    for (let i = 0; i < 300; i++) {
      const view = drawView(picture, 10, { upright: false }, draw)
      seen.add(`${view.flipX} ${view.flipY} ${view.transpose}`)
      lefts.add(view.left)
      expect(view.side).toBe(10)
    }
    expect(seen.size).toBe(8)
    const upright = drawView(picture, 10, { upright: true }, draw)
    expect(upright).toMatchObject({ flipX: false, flipY: false, transpose: false })
    expect([Math.min(...lefts), Math.max(...lefts)]).toEqual([0, 30])
  })

  it('show more of the picture, smaller, with zoom, and never more than there is', () => {
    const sides = sidesOfViews(10, [0.2, 1])
    expect(Math.min(...sides)).toBeLessThan(14)
    expect(Math.max(...sides)).toBe(30)
    const { values, width: side } = cut(picture, samples, centreView(picture, 20), 10, false)
    expect(side).toBe(10)
    // A ramp stays one, twice as steep: its first pixel is the mean of the first two.
    expect(255 * (values[3 * 5] - values[3 * 4])).toBeCloseTo(2, 3)
    expect(255 * values[3 * 4]).toBeCloseTo(10 + 8.5, 3)
  })

  it('show less of the picture, larger and softer, with a zoom above 1', () => {
    const sides = sidesOfViews(20, [1, 2])
    expect(Math.min(...sides)).toBeLessThan(12)
    expect(Math.max(...sides)).toBeGreaterThan(18)
    const { values, width: side } = cut(picture, samples, centreView(picture, 10), 20, false)
    expect(side).toBe(20)
    // A ramp stays one, half as steep.
    expect(255 * (values[3 * 11] - values[3 * 10])).toBeCloseTo(0.5, 3)
  })

  it('mirror a picture that is smaller than they are', () => {
    const { values } = cut(picture, samples, { ...centreView(picture, 48), left: 0, top: 0 }, 48, true)
    expect(values).toHaveLength(48 * 48)
    expect(values[47]).toBe(values[31])
  })
})
