import { describe, expect, it } from 'vitest'
import { cyclesOf, learningRate } from './learning-rate.ts'

const optimizer = { learningRate: 0.004, warmupSteps: 5 }

describe('the learning rate', () => {
  const one = cyclesOf([{ steps: 40 }, { steps: 20 }])
  const at = (step: number) => learningRate(optimizer, one, step)

  it('ramps up, peaks, and decays to zero at the last step, over all stages', () => {
    expect(one).toEqual([{ steps: 60, share: 1 }])
    expect([at(0), at(5), at(60)]).toEqual([0.0008, 0.004, 0])
    expect(at(32.5)).toBeCloseTo(0.002, 10)
  })

  it('stays where it is without decay', () => {
    expect(learningRate({ ...optimizer, decay: 'none' }, one, 59)).toBe(0.004)
  })

  it('does so once more, to a share of it, from a stage on that says so', () => {
    const cycles = cyclesOf([{ steps: 40 }, { steps: 20 }, { steps: 10, restart: 0.5 }, { steps: 20 }])
    expect(cycles).toEqual([
      { steps: 60, share: 1 },
      { steps: 30, share: 0.5 },
    ])
    const rate = (step: number) => learningRate(optimizer, cycles, step)
    for (const step of [0, 3, 5, 40, 59]) expect(rate(step), `step ${step}`).toBe(at(step))
    expect([rate(60), rate(65), rate(90)]).toEqual([0.0004, 0.002, 0])
  })
})
