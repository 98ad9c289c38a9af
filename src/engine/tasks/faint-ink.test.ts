import { describe, expect, it } from 'vitest'
import { random } from '../random.ts'
import { contrastOf, raiseContrast } from './faint-ink.ts'

/** Paper with a little grain, a twentieth of it ink. */
function pageOf(paper: number, ink: number): Float32Array {
  const grain = new Float32Array(10_000)
  random(1).fillGaussian(grain)
  return grain.map((value, i) => (i % 20 === 0 ? ink : paper) + 0.01 * value)
}

describe('faint ink', () => {
  it('is brought to the contrast that ink has', () => {
    const page = pageOf(0.85, 0.6)
    const contrast = contrastOf(page)
    expect(contrast.gain).toBeGreaterThan(2)
    raiseContrast(page, 1, contrast)
    expect(page[0]).toBeLessThan(0.4)
    expect(page[1]).toBeGreaterThan(0.8)
  })

  it.each([
    ['ink that is dark already', pageOf(0.9, 0.1)],
    ['a page without any', pageOf(0.8, 0.8)],
    ['a black picture', new Float32Array(100)],
  ])('leaves %s alone', (_, page) => {
    const before = page.slice()
    const contrast = contrastOf(page)
    expect(contrast.gain).toBe(1)
    raiseContrast(page, 1, contrast)
    expect(page).toEqual(before)
  })

  it('is as faint on a page with transparent edges, black as these may be below', () => {
    const page = pageOf(0.85, 0.6)
    const alpha = new Uint8Array(2 * page.length).fill(255, 0, page.length)
    const withEdges = new Float32Array(2 * page.length)
    withEdges.set(page)
    expect(contrastOf(withEdges, alpha)).toEqual(contrastOf(page))
    expect(contrastOf(withEdges, new Uint8Array(2 * page.length)).gain).toBe(1)
  })

  it('keeps the distance of colours to grey', () => {
    const values = Float32Array.of(0.7, 0.6, 0.5)
    raiseContrast(values, 3, { gain: 2, paper: 0.8 })
    expect(values[0] - values[2]).toBeCloseTo(0.2, 5)
    expect(values[0]).toBeLessThan(0.6)
  })
})
