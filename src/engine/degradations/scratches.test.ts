import { describe, expect, it } from 'vitest'
import { random } from '../random.ts'
import type { Patch } from './degradation.ts'
import { scratches } from './scratches.ts'
import { mean, SIDE, wavyPatch } from './testing/patches.ts'

const apply = (patch: Patch, share: number, seed: number, width: [number, number] = [1, 2]) =>
  scratches.apply(patch, { kind: 'scratches', share: [share, share], width }, random(seed)) as Patch

describe('scratches', () => {
  it('change the patch where their mask says, and nowhere else', () => {
    const clean = wavyPatch()
    const { values, mask } = apply(clean, 0.05, 1)
    let changed = 0
    mask!.forEach((lost, i) => {
      const same = [0, 1, 2].every((c) => values[3 * i + c] === clean.values[3 * i + c])
      if (lost === 0) expect(same).toBe(true)
      else if (!same) changed++
      expect(lost === 0 || lost === 1).toBe(true)
    })
    expect(changed).toBeGreaterThan(0.9 * mean(mask!) * SIDE * SIDE)
  })

  it('cover about the share asked for, and more is more', () => {
    const covered = (share: number) => {
      const shares = Array.from({ length: 10 }, (_, seed) => mean(apply(wavyPatch(1), share, seed).mask!))
      return shares.reduce((sum, value) => sum + value, 0) / 10
    }
    expect(covered(0.05)).toBeGreaterThan(0.05)
    expect(covered(0.05)).toBeLessThan(0.12)
    expect(covered(0.3)).toBeGreaterThan(0.3)
    expect(mean(apply(wavyPatch(1), 0, 1).mask!)).toBe(0)
  })

  it('are long and thin', () => {
    const { mask } = apply(wavyPatch(1), 0.04, 3, [1, 1])
    // A pixel of a thin line has few neighbours in a row and in a column at once.
    let thick = 0
    let lost = 0
    for (let i = 2 * SIDE; i < (SIDE - 2) * SIDE; i++) {
      if (mask![i] === 0) continue
      lost++
      if ([-2, 2, -2 * SIDE, 2 * SIDE].every((step) => mask![i + step] === 1)) thick++
    }
    expect(lost).toBeGreaterThan(60)
    expect(thick / lost).toBeLessThan(0.2)
  })

  it('add to what is lost already', () => {
    const once = apply(wavyPatch(), 0.05, 1)
    const twice = apply(once, 0.05, 2)
    once.mask!.forEach((lost, i) => {
      if (lost === 1) expect(twice.mask![i]).toBe(1)
    })
    expect(mean(twice.mask!)).toBeGreaterThan(mean(once.mask!) + 0.03)
  })
})
