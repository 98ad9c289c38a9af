import { expect, it } from 'vitest'
import { denoise } from './denoise.ts'
import { withSelfEnsemble } from './self-ensemble.ts'
import { byPixel, fakeNetwork, noisePicture } from './testing/fake-network.ts'

/** Leans to the right and down: each value takes from its neighbours on those sides. */
const leaning = () =>
  fakeNetwork((values, width, height, channels) => {
    const out = values.slice()
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        for (let c = 0; c < channels; c++) {
          const right = (y * width + Math.min(width - 1, x + 1)) * channels + c
          const below = (Math.min(height - 1, y + 1) * width + x) * channels + c
          out[(y * width + x) * channels + c] += 0.3 * values[right] + 0.1 * values[below]
        }
      }
    }
    return out
  })

it('is even-handed: what leans to one side no longer does', async () => {
  const [width, height] = [8, 4]
  const dot = new Float32Array(width * height)
  dot[1 * width + 3] = 1
  const network = leaning()
  const values = await withSelfEnsemble(network).run(dot, width, height, 1)
  const at = (x: number, y: number) => values[y * width + x]
  // Right and left get 0.3 in one of two flips, and 0.1 in the turned ones.
  for (const [x, y] of [
    [2, 1],
    [4, 1],
    [3, 0],
    [3, 2],
  ]) {
    expect(at(x, y)).toBeCloseTo((0.3 + 0.1) / 4, 6)
  }
  expect(at(3, 1)).toBeCloseTo(1, 6)
  expect(network.calls.map((call) => [call.width, call.height])).toEqual([
    ...Array(4).fill([8, 4]),
    ...Array(4).fill([4, 8]),
  ])
})

it('in tiles is the same as in one', async () => {
  const picture = noisePicture(90, 70, 3)
  const run = (maxTilePixels: number) =>
    denoise.run(picture, { strength: 1 }, { network: withSelfEnsemble(leaning()), maxTilePixels })
  expect((await run(50 * 50)).samples).toEqual((await run(1e6)).samples)
})

it('gives as many channels as the network makes', async () => {
  const twoOfOne = withSelfEnsemble(fakeNetwork(byPixel(1, ([v]) => [v, 2 * v])))
  expect([...(await twoOfOne.run(Float32Array.of(1, 2, 3, 4), 2, 2, 1))]).toEqual([1, 2, 2, 4, 3, 6, 4, 8])
})
