import { describe, expect, it } from 'vitest'
import { withOwnInk } from './own-ink.ts'

const [WIDTH, HEIGHT] = [40, 30]
const at = (x: number, y: number) => y * WIDTH + x
/** Paper that gets darker to the right, and how the network sees a bold stroke at columns 9 to 12 and a stain. */
const paperAt = (x: number) => 0.9 - 0.01 * x
const luma = new Float32Array(WIDTH * HEIGHT).map((_, i) => paperAt(i % WIDTH))
const page = new Float32Array(WIDTH * HEIGHT).fill(1)
for (let y = 0; y < HEIGHT; y++) {
  for (let x = 9; x <= 12; x++) page[at(x, y)] = 0
  for (const x of [10, 11]) luma[at(x, y)] *= 0.3
  page[at(13, y)] = 0.825
  luma[at(13, y)] *= 0.5
  for (let x = 30; x < 36; x++) luma[at(x, y)] *= 0.6 // the stain
}

describe('the ink of a clean page', () => {
  const clean = withOwnInk(luma, page, WIDTH, HEIGHT)

  it('has its own tone against the paper around it, and no more width than it had', () => {
    for (const x of [10, 11]) expect(clean[at(x, 15)]).toBeCloseTo(0.3, 1)
    for (const x of [9, 12]) expect(clean[at(x, 15)]).toBeGreaterThan(0.95)
  })

  it('is half of itself where the network is half sure', () => {
    expect(clean[at(13, 15)]).toBeCloseTo(0.75, 1)
  })

  it('stands on white: uneven light and stains are gone', () => {
    for (const x of [0, 20, 33, 39]) expect(clean[at(x, 15)]).toBe(1)
  })

  it('of a page that is nothing but ink is not lost', () => {
    const all = withOwnInk(new Float32Array(WIDTH * HEIGHT).fill(0.2), page.slice().fill(0), WIDTH, HEIGHT)
    expect(all.every((tone) => tone < 0.5)).toBe(true)
  })
})
