import { describe, expect, it } from 'vitest'
import { lumaAt } from '../imaging/luma.ts'
import { documentClean } from './document-clean.ts'
import { byPixel, fakeNetwork, noisePicture } from './testing/fake-network.ts'

const maxTilePixels = 60 * 60
const page = noisePicture(90, 70, 3)
page.samples.fill(0, 0, 3 * 90 * 2) // ink as dark as that is nothing to bring out
const lumaOfPage = Array.from({ length: 90 * 70 }, (_, i) => lumaAt(page.samples, 3 * i))

describe('cleaning a page', () => {
  it.each([
    ['RGB in, RGB out', { input: 3, output: 3 }, byPixel(3, ([r, g, b]) => [r, g, b])],
    ['RGB in, grey out', { input: 3, output: 1 }, byPixel(3, ([r, g, b]) => [lumaAt([r, g, b], 0)])],
    ['grey in, grey out', { input: 1, output: 1 }, byPixel(1, ([v]) => [v])],
  ])('gives a grey page whatever the model takes: %s', async (_, channels, compute) => {
    const network = fakeNetwork(compute, { channels })
    const clean = await documentClean.run(page, { strength: 1, ink: 'black' }, { network, maxTilePixels })
    expect(clean).toMatchObject({ width: 90, height: 70, channels: 1, depth: 8 })
    for (const [i, luma] of lumaOfPage.entries()) expect(Math.abs(clean.samples[i] - luma)).toBeLessThan(0.51)
    expect(new Set(network.calls.map((call) => call.channels))).toEqual(new Set([channels.input]))
  })

  it('takes a grey page to a model of colour ones', async () => {
    const grey = noisePicture(50, 40, 1)
    const network = fakeNetwork((values) => values.slice())
    const clean = await documentClean.run(grey, { strength: 1, ink: 'black' }, { network, maxTilePixels })
    expect(clean.samples).toEqual(grey.samples)
    expect(network.calls[0].channels).toBe(3)
  })

  it('refuses what is no number', async () => {
    const broken = fakeNetwork((values) => values.map(() => Number.NaN))
    const run = documentClean.run(page, { strength: 1 }, { network: broken, maxTilePixels })
    await expect(run).rejects.toMatchObject({ code: 'result-invalid' })
  })

  it('refuses the zeros of a lost GPU', async () => {
    const lost = fakeNetwork((values) => values.map(() => 0))
    const run = documentClean.run(page, { strength: 1, ink: 'black' }, { network: lost, maxTilePixels })
    await expect(run).rejects.toMatchObject({ code: 'result-invalid' })
  })

  it('keeps the ink at its own tone, unless black ink is asked for', async () => {
    const grey = noisePicture(40, 30, 1)
    grey.samples.fill(200)
    for (let i = 600; i < 640; i++) grey.samples[i] = 100 // one row of ink
    const bold = fakeNetwork((values) => values.map((value) => (value < 0.5 ? 0 : 1)))
    const run = (ink?: 'own' | 'black') =>
      documentClean.run(grey, { strength: 1, ink }, { network: bold, maxTilePixels })
    expect([...(await run()).samples.subarray(560, 681)]).toEqual([
      ...Array(40).fill(255),
      ...Array(40).fill(128),
      ...Array(41).fill(255),
    ])
    expect((await run('black')).samples[600]).toBe(0)
  })

  it('brings faint ink out on a page with transparent edges too', async () => {
    const faint = noisePicture(40, 40, 1)
    faint.samples.fill(0).fill(217, 0, 800) // black below what is transparent
    for (let i = 0; i < 800; i += 20) faint.samples[i] = 153
    const alpha = new Uint8Array(1600).fill(255, 0, 800)
    const same = fakeNetwork((values) => values)
    const step = { strength: 1, ink: 'black' } as const
    const { samples } = await documentClean.run({ ...faint, alpha }, step, { network: same, maxTilePixels })
    expect(samples[20]).toBeLessThan(100)
    expect(samples[21]).toBeGreaterThan(200)
  })

  it('blends by strength, and is black and white only when asked to be', async () => {
    const white = fakeNetwork((values) => values.map(() => 1))
    const run = (step: { strength: number; binarise?: 'otsu' | 'sauvola' }) =>
      documentClean.run(page, step, { network: white, maxTilePixels })
    const half = await run({ strength: 0.5 })
    expect(half.samples[5]).toBeCloseTo((lumaOfPage[5] + 255) / 2, -0.2)
    const binary = await run({ strength: 0.5, binarise: 'otsu' })
    expect(new Set(binary.samples)).toEqual(new Set([0, 255]))
  })
})
