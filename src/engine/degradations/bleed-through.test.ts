import { describe, expect, it } from 'vitest'
import { random } from '../random.ts'
import { bleedThrough } from './bleed-through.ts'
import type { Patch } from './degradation.ts'
import { flatPatch, mean, pagePatch } from './testing/patches.ts'

const apply = (patch: Patch, strength: number, blur = 0, seed = 1) =>
  bleedThrough.apply(
    patch,
    { kind: 'bleed-through', strength: [strength, strength], blur: [blur, blur] },
    random(seed),
  ) as Patch

describe('bleed-through', () => {
  it('darkens paper by the strength where the other side is written on, and makes nothing lighter', () => {
    const clean = pagePatch(1)
    const { values } = apply(clean, 0.3)
    expect(values.every((value, i) => value <= clean.values[i])).toBe(true)
    const darkened = values.filter((value, i) => clean.values[i] === 1 && value < 0.99)
    expect(darkened.length).toBeGreaterThan(100)
    for (const value of darkened) expect(value).toBeCloseTo(0.7, 5)
  })

  it('shows as much writing as there is, mirrored, elsewhere; blurred on request', () => {
    const clean = pagePatch(1)
    const written = (patch: Patch) => mean(patch.values.map((value) => 1 - value))
    const seen = apply(clean, 1)
    const overlap = mean(seen.values.map((value, i) => (value === 0 && clean.values[i] === 1 ? 1 : 0)))
    expect(overlap).toBeGreaterThan(0.4 * written(clean))
    const soft = apply(clean, 1, 2).values
    expect(soft.some((value) => value > 0.05 && value < 0.95)).toBe(true)
    expect(apply(flatPatch(1), 0.5).values).toEqual(flatPatch(1).values)
  })
})
