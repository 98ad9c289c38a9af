import { describe, expect, it } from 'vitest'
import { lumaAt } from '../imaging/luma.ts'
import { random } from '../random.ts'
import { colourise, greyOf } from './colourise.ts'
import { fakeNetwork, noisePicture } from './testing/fake-network.ts'

const maxTilePixels = 60 * 60

/** Guesses wild colours, out of range too. */
function wild(input: 1 | 3) {
  const draw = random(5)
  return fakeNetwork(
    (_values, width, height) =>
      Float32Array.from({ length: 3 * width * height }, () => draw.between(-0.5, 1.5)),
    { channels: { input, output: 3 } },
  )
}

describe('colouring', () => {
  it.each([
    [1, 8],
    [3, 8],
    [1, 16],
  ] as const)(
    'keeps the luma exactly, whatever the model guesses: %i channels, %i bits',
    async (channels, depth) => {
      const picture = noisePicture(90, 70, channels, depth)
      // The ends of the scale, where the least room is for colours.
      picture.samples.set([0, 1, 2, depth === 8 ? 255 : 65535, depth === 8 ? 254 : 65534, 3])
      const network = wild(channels)
      const coloured = await colourise.run(picture, { strength: 1 }, { network, maxTilePixels })
      expect(coloured).toMatchObject({ width: 90, height: 70, channels: 3, depth })
      const grey = channels === 1 ? picture : greyOf(picture)
      for (let i = 0; i < 90 * 70; i++)
        expect(Math.round(lumaAt(coloured.samples, 3 * i))).toBe(grey.samples[i])
      expect(network.calls[0].channels).toBe(channels)
      const colourful = coloured.samples.filter(
        (_, i) => i % 3 === 0 && coloured.samples[i] !== coloured.samples[i + 2],
      )
      expect(colourful.length).toBeGreaterThan(0.9 * 90 * 70)
    },
  )

  it('refuses the zeros of a lost GPU', async () => {
    const lost = fakeNetwork((_values, width, height) => new Float32Array(3 * width * height))
    const run = colourise.run(noisePicture(90, 70, 1), { strength: 1 }, { network: lost, maxTilePixels })
    await expect(run).rejects.toMatchObject({ code: 'result-invalid' })
  })

  it('is grey at strength 0', async () => {
    const picture = noisePicture(40, 30, 1)
    const { samples } = await colourise.run(picture, { strength: 0 }, { network: wild(1), maxTilePixels })
    for (let i = 0; i < picture.samples.length; i++) {
      expect([...samples.subarray(3 * i, 3 * i + 3)]).toEqual(Array(3).fill(picture.samples[i]))
    }
  })

  it('takes the colours that fit as they are', async () => {
    const picture = noisePicture(40, 30, 1)
    const reddish = fakeNetwork(
      (values) => {
        const out = new Float32Array(3 * values.length)
        for (let i = 0; i < values.length; i++) out.set([values[i] + 0.1, values[i], values[i]], 3 * i)
        return out
      },
      { channels: { input: 1, output: 3 } },
    )
    const { samples } = await colourise.run(picture, { strength: 1 }, { network: reddish, maxTilePixels })
    for (let i = 0; i < picture.samples.length; i++) {
      expect(samples[3 * i] - samples[3 * i + 2]).toBeGreaterThanOrEqual(24)
      expect(samples[3 * i] - samples[3 * i + 2]).toBeLessThanOrEqual(27)
    }
  })
})
