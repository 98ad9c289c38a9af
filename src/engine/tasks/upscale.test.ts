import { expect, it } from 'vitest'
import { toFloat } from '../imaging/raster.ts'
import { resizeBicubic } from '../imaging/resample.ts'
import { byPixel, fakeNetwork, noisePicture } from './testing/fake-network.ts'
import { enlarge, upscale } from './upscale.ts'

const identity = () => fakeNetwork((values) => values.slice())
const maxTilePixels = 100 * 100

it.each([2, 3, 4] as const)(
  '×%i through a network that adds nothing is the bicubic enlargement',
  async (scale) => {
    for (const [channels, depth] of [
      [1, 8],
      [3, 8],
      [3, 16],
    ] as const) {
      const picture = noisePicture(61, 47, channels, depth)
      const network = identity()
      const large = await upscale.run(picture, { scale, strength: 1 }, { network, maxTilePixels })
      expect(large).toMatchObject({ width: 61 * scale, height: 47 * scale, channels, depth, alpha: null })
      const expected = resizeBicubic(toFloat(picture), 61, 47, channels, 61 * scale, 47 * scale)
      const white = depth === 8 ? 255 : 65535
      const off = large.samples.filter(
        (sample, i) => Math.abs(sample - white * Math.min(1, Math.max(0, expected[i]))) > 0.5 + 0.01,
      )
      expect(off).toHaveLength(0)
      expect(network.calls.length).toBeGreaterThan(1)
      for (const { width, height } of network.calls) expect(width * height).toBeLessThanOrEqual(maxTilePixels)
    }
  },
)

it('blends with the bicubic enlargement by strength', async () => {
  const picture = noisePicture(40, 30, 3)
  const darker = fakeNetwork(byPixel(3, ([r, g, b]) => [0.8 * r, 0.8 * g, 0.8 * b]))
  const run = (strength: number) =>
    upscale.run(picture, { scale: 2, strength }, { network: darker, maxTilePixels })
  const bicubic = enlarge(picture, 2).samples
  expect((await run(0)).samples).toEqual(bicubic)
  const half = (await run(0.5)).samples
  for (let i = 0; i < half.length; i += 37) expect(Math.abs(half[i] - 0.9 * bicubic[i])).toBeLessThan(1)
})

it('enlarges the transparency with it', async () => {
  const alpha = new Uint8Array(20 * 10).fill(200, 0, 100)
  const picture = { ...noisePicture(20, 10, 3), alpha }
  const large = await upscale.run(picture, { scale: 2, strength: 1 }, { network: identity(), maxTilePixels })
  expect(large.alpha).toHaveLength(40 * 20)
  expect([large.alpha![0], large.alpha!.at(-1)]).toEqual([200, 0])
})

it('lets nothing of what is hidden under transparency into the edges', async () => {
  const alpha = new Uint8Array(20 * 20)
  const samples = new Uint8Array(3 * 20 * 20)
  for (let i = 0; i < 400; i++) {
    if (Math.hypot((i % 20) - 9.5, Math.floor(i / 20) - 9.5) > 7) continue
    alpha[i] = 255
    samples.fill(255, 3 * i, 3 * i + 3) // a white disc on transparent black
  }
  const disc = { ...noisePicture(20, 20, 3), samples, alpha }
  const large = await upscale.run(disc, { scale: 2, strength: 1 }, { network: identity(), maxTilePixels })
  const visible = large.samples.filter((_, i) => large.alpha![Math.floor(i / 3)] > 0)
  expect(visible.length).toBeGreaterThan(400)
  expect(Math.min(...visible)).toBe(255)
})

it('refuses, before any work, what would be too large to be opened again', async () => {
  const samples = new Uint8Array(0)
  const huge = { width: 12_000, height: 9_000, channels: 3, depth: 8, samples, alpha: null } as const
  const network = identity()
  await expect(
    upscale.run(huge, { scale: 2, strength: 1 }, { network, maxTilePixels }),
  ).rejects.toMatchObject({ code: 'picture-too-large', message: expect.stringContaining('432 megapixels') })
  expect(network.calls).toEqual([])
})
