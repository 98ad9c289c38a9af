import { describe, expect, it } from 'vitest'
import type { Patch } from '../degradations/degradation.ts'
import { batchOf } from './batch.ts'

const patch = (channels: 1 | 3, value: number): Patch => ({
  width: 2,
  height: 2,
  channels,
  values: Float32Array.from({ length: 4 * channels }, (_, i) => value + i / 100),
})

describe('a batch', () => {
  it('holds its pairs one after the other, a grey one as three equal channels', () => {
    const batch = batchOf('denoise', 9, [
      { clean: patch(3, 0.1), degraded: patch(3, 0.2) },
      { clean: patch(1, 0.3), degraded: patch(1, 0.4) },
    ])
    expect(batch).toMatchObject({ step: 9, batch: 2, patch: 2, inputChannels: 3, targetChannels: 3 })
    expect(batch.target.subarray(0, 12)).toEqual(patch(3, 0.1).values)
    expect(batch.input.subarray(0, 12)).toEqual(patch(3, 0.2).values)
    const grey = patch(1, 0.4).values
    expect([...batch.input.subarray(12)]).toEqual([...grey].flatMap((value) => [value, value, value]))
  })

  it('for inpaint shows nothing of what is lost, and says in a fourth channel where that is', () => {
    const clean = patch(3, 0.1)
    const degraded = { ...patch(3, 0.2), mask: Float32Array.of(0, 1, 0, 0) }
    const { input, target, inputChannels } = batchOf('inpaint', 0, [{ clean, degraded }])
    expect(inputChannels).toBe(4)
    expect([...input.subarray(0, 3)]).toEqual([...degraded.values.subarray(0, 3)])
    const [beside, below] = [0, 3].map((i) => [...degraded.values.subarray(3 * i, 3 * i + 3)])
    for (const c of [0, 1, 2]) expect(input[4 + c]).toBeCloseTo((beside[c] + below[c]) / 2, 5)
    expect(input[7]).toBe(1)
    expect([input[3], input[11], input[15]]).toEqual([0, 0, 0])
    expect(target).toEqual(clean.values)
  })
})
