import { describe, expect, it } from 'vitest'
import { meanSquaredError, psnr } from '../metrics/psnr.ts'
import { random } from '../random.ts'
import type { Patch } from './degradation.ts'
import { jpeg } from './jpeg.ts'

const SIDE = 64
const spec = { kind: 'jpeg' as const, subsampledShare: 0, shiftGrid: false }

function waves(channels: 1 | 3): Patch {
  const values = new Float32Array(SIDE * SIDE * channels)
  for (let i = 0; i < values.length; i++) {
    const [x, y] = [((i / channels) | 0) % SIDE, (i / channels / SIDE) | 0]
    values[i] = 0.5 + 0.3 * Math.sin(0.5 * x + (i % channels)) * Math.cos(0.35 * y)
  }
  return { width: SIDE, height: SIDE, channels, values }
}

const apply = (patch: Patch, quality: number, options: Partial<typeof spec> = {}, seed = 1) =>
  jpeg.apply(patch, { ...spec, quality: [quality, quality], ...options }, random(seed)) as Promise<Patch>

/** How much larger steps are across the borders of 8 × 8 blocks than elsewhere, at each of the eight columns. */
function stepsByColumn({ values }: Patch): number[] {
  const steps = new Array<number>(8).fill(0)
  for (let i = 1; i < SIDE * SIDE; i++) {
    if (i % SIDE > 0) steps[(i % SIDE) % 8] += (values[i] - values[i - 1]) ** 2
  }
  return steps
}

describe('jpeg', () => {
  it.each([1, 3] as const)('loses the more the lower its quality, with %i channels', async (channels) => {
    const clean = waves(channels)
    const quality = async (q: number) => psnr((await apply(clean, q)).values, clean.values)
    const [fine, middle, coarse] = await Promise.all([98, 50, 10].map(quality))
    expect(fine).toBeGreaterThan(40)
    expect(middle).toBeLessThan(fine - 3)
    expect(coarse).toBeLessThan(middle - 3)
    expect((await apply(clean, 50)).values).toHaveLength(clean.values.length)
  })

  it.each([1, 3] as const)(
    'leaves everything in its place, wherever its blocks begin, with %i channels',
    async (channels) => {
      const clean = waves(channels)
      for (let seed = 0; seed < 6; seed++) {
        const found = await apply(clean, 98, { shiftGrid: true }, seed)
        expect(psnr(found.values, clean.values), `seed ${seed}`).toBeGreaterThan(40)
      }
    },
  )

  it('loses colour where the colours have half the resolution', async () => {
    const clean = waves(3)
    const full = await apply(clean, 95)
    const half = await apply(clean, 95, { subsampledShare: 1 })
    expect(meanSquaredError(half.values, clean.values)).toBeGreaterThan(
      2 * meanSquaredError(full.values, clean.values),
    )
  })

  it('begins its blocks at the corner, or anywhere', async () => {
    const clean = waves(1)
    const worst = (steps: number[]) => steps.indexOf(Math.max(...steps))
    const ramp = { ...clean, values: clean.values.map((_, i) => 0.3 + 0.4 * ((i % SIDE) / SIDE)) }
    expect(worst(stepsByColumn(await apply(ramp, 3)))).toBe(0)
    const shifted = await Promise.all(
      Array.from({ length: 12 }, (_, seed) => apply(ramp, 3, { shiftGrid: true }, seed)),
    )
    expect(new Set(shifted.map((patch) => worst(stepsByColumn(patch)))).size).toBeGreaterThan(3)
  })
})
