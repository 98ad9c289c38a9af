import { expect, it } from 'vitest'
import { random } from '../random.ts'
import type { Patch } from './degradation.ts'
import { greyscale } from './greyscale.ts'
import { wavyPatch } from './testing/patches.ts'

it('greyscale leaves the luma, in every channel', () => {
  const clean = wavyPatch()
  const { values } = greyscale.apply(clean, { kind: 'greyscale' }, random(1)) as Patch
  for (const at of [0, 300, 6000]) {
    const [r, g, b] = clean.values.subarray(at, at + 3)
    expect(values[at]).toBeCloseTo(0.299 * r + 0.587 * g + 0.114 * b, 6)
    expect(values[at + 1]).toBe(values[at])
    expect(values[at + 2]).toBe(values[at])
  }
})
