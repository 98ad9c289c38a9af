import { describe, expect, it } from 'vitest'
import { random } from '../random.ts'
import type { Patch } from './degradation.ts'
import { stains } from './stains.ts'
import { channel, flatPatch, mean } from './testing/patches.ts'

const clean = flatPatch(0.9, 3, 96)
const apply = (count: number, strength: number, seed: number, patch = clean) =>
  stains.apply(
    patch,
    { kind: 'stains', count: [count, count], radius: [15, 40], strength: [strength, strength] },
    random(seed),
  ) as Patch

describe('stains', () => {
  it('take light, from blue most, and give none', () => {
    const stained = apply(30, 0.4, 1)
    expect(stained.values.every((value, i) => value >= 0 && value <= clean.values[i])).toBe(true)
    const [red, green, blue] = [0, 1, 2].map((c) => mean(channel(stained, c)))
    expect(red).toBeLessThan(0.88)
    expect(green).toBeLessThan(red)
    expect(blue).toBeLessThan(green)
  })

  it('leave part of a page clean, and all of it where there are none', () => {
    const untouched = (patch: Patch) => mean(channel(patch, 0).map((value) => (value > 0.899 ? 1 : 0)))
    const shares = Array.from({ length: 8 }, (_, seed) => untouched(apply(8, 0.4, seed)))
    expect(shares.some((share) => share > 0.2 && share < 0.98)).toBe(true)
    expect(apply(0, 0.4, 1).values).toEqual(clean.values)
  })

  it('come as grey ones on grey pages', () => {
    const grey = apply(30, 0.4, 1, flatPatch(0.9, 1, 96))
    expect(grey.values).toHaveLength(96 * 96)
    expect(mean(grey.values)).toBeLessThan(0.88)
  })
})
