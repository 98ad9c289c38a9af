import { describe, expect, it } from 'vitest'
import { random } from '../random.ts'
import type { Patch } from './degradation.ts'
import { paperTexture } from './paper-texture.ts'
import { deviation, flatPatch, mean, pagePatch } from './testing/patches.ts'

const apply = (patch: Patch, grain = 5, seed = 1) =>
  paperTexture.apply(
    patch,
    { kind: 'paper-texture', paper: [0.8, 0.8], ink: [0.2, 0.2], grain: [grain, grain] },
    random(seed),
  ) as Patch

describe('paper texture', () => {
  it('makes paper of white and ink of black, still apart', () => {
    const clean = pagePatch(1)
    const { values } = apply(clean)
    const paper = mean(values.filter((_, i) => clean.values[i] === 1))
    const ink = mean(values.filter((_, i) => clean.values[i] === 0))
    expect(paper).toBeGreaterThan(0.7)
    expect(paper).toBeLessThan(0.9)
    expect(ink).toBeGreaterThan(0.1)
    expect(ink).toBeLessThan(0.35)
  })

  it('has a grain of the strength asked for', () => {
    const grain = (strength: number) => {
      const [rough, smooth] = [strength, 0].map((g) => apply(flatPatch(1, 1), g).values)
      return 255 * deviation(rough.map((value, i) => value - smooth[i]))
    }
    expect(grain(4)).toBeGreaterThan(3)
    expect(grain(4)).toBeLessThan(5)
    expect(grain(8)).toBeGreaterThan(1.8 * grain(4))
  })

  it('yellows', () => {
    const { values } = apply(flatPatch(1), 0, 3)
    expect(mean(values.filter((_, i) => i % 3 === 0))).toBeGreaterThan(
      mean(values.filter((_, i) => i % 3 === 2)),
    )
  })
})
