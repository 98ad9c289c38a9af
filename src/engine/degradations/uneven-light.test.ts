import { describe, expect, it } from 'vitest'
import { random } from '../random.ts'
import type { Patch } from './degradation.ts'
import { flatPatch, SIDE } from './testing/patches.ts'
import { unevenLight } from './uneven-light.ts'

const apply = (strength: number, seed: number) =>
  unevenLight.apply(
    flatPatch(1, 1),
    { kind: 'uneven-light', strength: [strength, strength] },
    random(seed),
  ) as Patch

describe('uneven light', () => {
  it('is brightest at full light and darkest by the strength', () => {
    for (const seed of [1, 2, 3]) {
      const { values } = apply(0.6, seed)
      expect(Math.max(...values)).toBeCloseTo(1, 5)
      expect(Math.min(...values)).toBeCloseTo(0.4, 5)
    }
    expect(apply(0, 1).values).toEqual(flatPatch(1, 1).values)
  })

  it('changes slowly, but for the edge of a shadow', () => {
    let largest = 0
    for (let seed = 0; seed < 10; seed++) {
      const { values } = apply(0.6, seed)
      for (let i = 1; i < values.length; i++)
        if (i % SIDE > 0) largest = Math.max(largest, Math.abs(values[i] - values[i - 1]))
    }
    expect(largest).toBeLessThan(0.12)
  })
})
