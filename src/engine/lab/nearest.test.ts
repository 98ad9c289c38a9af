import { describe, expect, it } from 'vitest'
import { LimpidError } from '../../contract/errors.ts'
import { random } from '../random.ts'
import { distances, neighbourAgreement } from './nearest.ts'

/** Points of three labels around three corners of a plane. */
function drawn(count: number) {
  const { uniform: draw } = random(5)
  const labels = Uint8Array.from({ length: count }, () => Math.floor(3 * draw()))
  const rows = Float32Array.from({ length: 2 * count }, (_, i) => draw() + (labels[i >> 1] >> (i & 1)) * 0.5)
  return { rows, labels }
}

describe('the agreement of neighbours', () => {
  it('is the share whose nearest other point, by its distance, has their label', async () => {
    const { rows, labels } = drawn(400)
    let agreeing = 0
    labels.forEach((label, i) => {
      const away = [...distances(rows, rows.subarray(2 * i, 2 * i + 2))]
      away[i] = Number.POSITIVE_INFINITY
      if (labels[away.indexOf(Math.min(...away))] === label) agreeing++
    })
    expect(await neighbourAgreement(rows, 2, labels, async () => {})).toBe(agreeing / 400)
    expect(agreeing).toBeGreaterThan(400 / 3)
    expect(agreeing).toBeLessThan(400)
  })

  it('tells how far it is, and ends where it is cancelled', async () => {
    const { rows, labels } = drawn(2000)
    const told: number[] = []
    await neighbourAgreement(rows, 2, labels, async (done) => void told.push(done))
    expect(told.length).toBeGreaterThan(5)
    expect(told).toEqual([...told].sort((a, b) => a - b))
    expect(told.at(-1)).toBeLessThan(1)
    const cancelled = new LimpidError('cancelled', 'Cancelled.')
    const step = async (done: number) => {
      if (done > 0.5) throw cancelled
    }
    await expect(neighbourAgreement(rows, 2, labels, step)).rejects.toBe(cancelled)
  })
})
