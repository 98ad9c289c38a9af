import { describe, expect, it } from 'vitest'
import { random } from '../random.ts'
import type { Patch } from './degradation.ts'
import { dust } from './dust.ts'
import { mean, wavyPatch } from './testing/patches.ts'

const apply = (share: number, radius: number, seed: number) =>
  dust.apply(
    wavyPatch(),
    { kind: 'dust', share: [share, share], radius: [radius, radius] },
    random(seed),
  ) as Patch

describe('dust', () => {
  it('covers about the share asked for, and says where', () => {
    const { values, mask } = apply(0.06, 2, 5)
    expect(mean(mask!)).toBeGreaterThan(0.06)
    expect(mean(mask!)).toBeLessThan(0.14)
    const clean = wavyPatch().values
    mask!.forEach((lost, i) => {
      if (lost === 0) expect(values[3 * i]).toBe(clean[3 * i])
    })
    expect(values).not.toEqual(clean)
  })

  it('is specks: large ones where the radius is large, many where it is small', () => {
    /** Changes between lost and not lost along the rows, for each lost pixel. */
    const raggedness = (radius: number) => {
      let edges = 0
      let lost = 0
      for (let seed = 0; seed < 6; seed++) {
        const { mask } = apply(0.1, radius, seed)
        for (let i = 1; i < mask!.length; i++) if (mask![i] !== mask![i - 1]) edges++
        lost += mean(mask!) * mask!.length
      }
      return edges / lost
    }
    expect(raggedness(1)).toBeGreaterThan(1.5 * raggedness(5))
  })
})
