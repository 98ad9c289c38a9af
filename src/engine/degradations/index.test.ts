import { describe, expect, it } from 'vitest'
import type { DegradationSpec } from '../../contract/degradations.ts'
import { random } from '../random.ts'
import { degrade } from './index.ts'

const clean = { width: 8, height: 8, channels: 3 as const, values: new Float32Array(192).fill(0.5) }
const noise = (sigma: number) => ({
  kind: 'gaussian-noise' as const,
  sigma: [sigma, sigma] as [number, number],
})

describe('degrade', () => {
  it('applies the degradations one after the other', async () => {
    const once = await degrade(clean, [noise(10)], random(1))
    const twice = await degrade(clean, [noise(10), noise(40)], random(1))
    expect(once.values).not.toEqual(clean.values)
    expect(twice.values).not.toEqual(once.values)
    expect(clean.values.every((value) => value === 0.5)).toBe(true)
  })

  it('takes each list of a mixture as often as its weight says', async () => {
    const mixture: DegradationSpec = {
      kind: 'mixture',
      of: [
        { weight: 3, degradations: [noise(20)] },
        { weight: 1, degradations: [] },
      ],
    }
    const draw = random(5)
    let untouched = 0
    for (let i = 0; i < 400; i++) if ((await degrade(clean, [mixture], draw)) === clean) untouched++
    expect(untouched / 400).toBeGreaterThan(0.18)
    expect(untouched / 400).toBeLessThan(0.32)
  })
})
