import { describe, expect, it } from 'vitest'
import { random } from '../random.ts'
import { cameraNoise } from './camera-noise.ts'
import type { Patch } from './degradation.ts'

const SIDE = 64
const spec = {
  kind: 'camera-noise' as const,
  shot: [0.003, 0.003] as [number, number],
  lumaSmoothing: [0, 0] as [number, number],
  chromaSmoothing: [0, 0] as [number, number],
  sharpening: [0, 0] as [number, number],
}

const flat = (value: number, channels: 1 | 3 = 3): Patch => ({
  width: SIDE,
  height: SIDE,
  channels,
  values: new Float32Array(SIDE * SIDE * channels).fill(value),
})

/** The noise of one channel, and how it correlates with that of its right-hand neighbour. */
function statistics(clean: Patch, noisy: Patch, channel = 0) {
  const { channels } = clean
  const noise = Array.from(
    { length: SIDE * SIDE },
    (_, i) => noisy.values[i * channels + channel] - clean.values[i * channels + channel],
  )
  const mean = noise.reduce((sum, value) => sum + value, 0) / noise.length
  const centred = noise.map((value) => value - mean)
  const variance = centred.reduce((sum, value) => sum + value * value, 0) / noise.length
  let neighbours = 0
  for (let i = 1; i < noise.length; i++) if (i % SIDE > 0) neighbours += centred[i] * centred[i - 1]
  return { mean, variance, correlation: neighbours / (SIDE * (SIDE - 1)) / variance }
}

/** Means over cameras: white balance, colours and tone curve differ with the seed. */
function over(seeds: number, value: (seed: number) => number): number {
  return Array.from({ length: seeds }, (_, seed) => value(seed)).reduce((sum, v) => sum + v, 0) / seeds
}

const apply = (patch: Patch, options: Partial<typeof spec>, seed: number) =>
  cameraNoise.apply(patch, { ...spec, ...options }, random(seed)) as Patch

describe('camera noise', () => {
  it('is the same for the same seed, another for another, and nothing at level 0', () => {
    const clean = flat(0.5)
    expect(apply(clean, {}, 1).values).toEqual(apply(clean, {}, 1).values)
    expect(apply(clean, {}, 1).values).not.toEqual(apply(clean, {}, 2).values)
    expect(apply(clean, { shot: [0, 0] }, 1).values).toEqual(clean.values)
  })

  it('leaves the mean brightness of a grey field alone', () => {
    const clean = flat(0.5)
    expect(Math.abs(over(8, (seed) => statistics(clean, apply(clean, {}, seed), 1).mean))).toBeLessThan(0.004)
  })

  it('grows at the sensor in step with the light', () => {
    // Without a tone curve in the way: variance over slope², the slope of sRGB's gamma at that value.
    const sensorVariance = (value: number) =>
      over(8, (seed) => {
        const clean = flat(value)
        const { variance } = statistics(clean, apply(clean, { shot: [1e-4, 1e-4] }, seed), 1)
        const light = (v: number) => ((v + 0.055) / 1.055) ** 2.4
        const slope = (light(value + 0.01) - light(value - 0.01)) / 0.02
        return variance * slope * slope
      })
    const light = (v: number) => ((v + 0.055) / 1.055) ** 2.4
    const growth = sensorVariance(0.7) / sensorVariance(0.4)
    expect(growth).toBeGreaterThan(0.6 * (light(0.7) / light(0.4)))
    expect(growth).toBeLessThan(1.6 * (light(0.7) / light(0.4)))
  })

  it('correlates between neighbours, more so after smoothing, and is unlike from channel to channel', () => {
    const clean = flat(0.5)
    const plain = over(6, (seed) => statistics(clean, apply(clean, {}, seed)).correlation)
    const smooth = { lumaSmoothing: [1, 1] as [number, number], chromaSmoothing: [2, 2] as [number, number] }
    const smoothed = over(6, (seed) => statistics(clean, apply(clean, smooth, seed)).correlation)
    expect(plain).toBeGreaterThan(0.2)
    expect(smoothed).toBeGreaterThan(plain + 0.2)
    const noisy = apply(clean, {}, 1).values
    expect(noisy[0]).not.toBe(noisy[1])
  })

  it('keeps every edge where and as sharp as it was', () => {
    const clean = flat(0.2)
    for (let i = 0; i < clean.values.length; i++) if ((i / 3) % SIDE >= 32) clean.values[i] = 0.8
    const sum = new Float32Array(SIDE)
    const repeats = 24
    for (let seed = 0; seed < repeats; seed++) {
      const noisy = apply(clean, { shot: [5e-4, 5e-4] }, seed).values
      for (let i = 1; i < noisy.length; i += 3) sum[((i - 1) / 3) % SIDE] += noisy[i] / (repeats * SIDE)
    }
    expect(sum[31]).toBeCloseTo(0.2, 2)
    expect(sum[32]).toBeCloseTo(0.8, 2)
  })

  it('stays within 0..1, and gives a grey patch noise of one channel', () => {
    const noisy = apply(flat(0.02), { shot: [0.02, 0.02] }, 3).values
    expect(noisy.every((value) => value >= 0 && value <= 1)).toBe(true)
    const grey = apply(flat(0.5, 1), {}, 3)
    expect(grey.values).toHaveLength(SIDE * SIDE)
    expect(statistics(flat(0.5, 1), grey).variance).toBeGreaterThan(1e-5)
  })
})
