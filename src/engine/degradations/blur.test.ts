import { describe, expect, it } from 'vitest'
import { random } from '../random.ts'
import { blur } from './blur.ts'
import type { Patch } from './degradation.ts'
import { flatPatch, mean, SIDE } from './testing/patches.ts'

const apply = (patch: Patch, sigma: number) =>
  blur.apply(patch, { kind: 'blur', sigma: [sigma, sigma] }, random(1)) as Patch

describe('blur', () => {
  it('spreads a point as a Gaussian of that width, and loses no light', () => {
    const point = flatPatch(0, 1)
    const centre = (SIDE / 2) * SIDE + SIDE / 2
    point.values[centre] = 1
    const { values } = apply(point, 2)
    expect(mean(values) * SIDE * SIDE).toBeCloseTo(1, 4)
    let variance = 0
    values.forEach((value, i) => {
      variance += value * ((i % SIDE) - SIDE / 2) ** 2
    })
    expect(Math.sqrt(variance)).toBeCloseTo(2, 1)
    expect(values[centre + 1]).toBeCloseTo(values[centre + SIDE], 6)
  })

  it('keeps the channels apart, and a flat patch flat to its edges', () => {
    const patch = flatPatch(0.3)
    for (let i = 1; i < patch.values.length; i += 3) patch.values[i] = 0.8
    const { values } = apply(patch, 3)
    for (const i of [0, 3 * SIDE - 3]) {
      expect(values[i]).toBeCloseTo(0.3, 5)
      expect(values[i + 1]).toBeCloseTo(0.8, 5)
    }
  })
})
