import { describe, expect, it } from 'vitest'
import { random } from '../random.ts'
import type { Patch } from './degradation.ts'
import { fading } from './fading.ts'
import { channel, deviation, wavyPatch } from './testing/patches.ts'

const apply = (patch: Patch, contrast: number, saturation: number, cast: number) =>
  fading.apply(
    patch,
    {
      kind: 'fading',
      contrast: [contrast, contrast],
      saturation: [saturation, saturation],
      cast: [cast, cast],
    },
    random(2),
  ) as Patch

/** How far apart red and blue are. */
const colourfulness = (patch: Patch) =>
  deviation(channel(patch, 0).map((value, i) => value - channel(patch, 2)[i]))

describe('fading', () => {
  it('takes contrast and colour to the share that is left', () => {
    const clean = wavyPatch(3, 24)
    const pale = apply(clean, 0.5, 1, 0)
    expect(deviation(channel(pale, 1))).toBeCloseTo(0.5 * deviation(channel(clean, 1)), 3)
    const grey = apply(clean, 1, 0.25, 0)
    expect(colourfulness(grey)).toBeCloseTo(0.25 * colourfulness(clean), 2)
    expect(deviation(apply(wavyPatch(1), 0.5, 0.5, 0.5).values)).toBeCloseTo(
      0.5 * deviation(wavyPatch(1).values),
      3,
    )
  })

  it('casts a colour over all of it, and nothing where it is told nothing', () => {
    const clean = wavyPatch(3, 24)
    const cast = apply(clean, 1, 1, 0.8)
    const gains = [0, 1, 2].map((c) => cast.values[c + 300] / clean.values[c + 300])
    expect(new Set(gains.map((gain) => gain.toFixed(5))).size).toBe(3)
    apply(clean, 1, 1, 0).values.forEach((value, i) => {
      expect(value).toBeCloseTo(clean.values[i], 5)
    })
  })
})
