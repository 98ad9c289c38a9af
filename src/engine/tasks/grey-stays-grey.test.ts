import { expect, it } from 'vitest'
import { inThreeChannels } from '../imaging/grey-in-rgb.ts'
import type { Raster } from '../imaging/raster.ts'
import { denoise } from './denoise.ts'
import { inpaint } from './inpaint.ts'
import { jpegRepair } from './jpeg-repair.ts'
import { fakeNetwork, noisePicture } from './testing/fake-network.ts'
import type { TaskOptions } from './tiled.ts'
import { upscale } from './upscale.ts'

const mask: Raster = { ...noisePicture(60, 40, 1), samples: new Uint8Array(60 * 40).fill(255, 500, 700) }
const tasks = {
  denoise: (raster, options) => denoise.run(raster, { strength: 1 }, options),
  'repair JPEG': (raster, options) => jpegRepair.run(raster, { strength: 1 }, options),
  enlarge: (raster, options) => upscale.run(raster, { scale: 2, strength: 1 }, options),
  'fill in': (raster, options) =>
    inpaint.run(raster, { mask: { kind: 'scratches', finder: '' }, strength: 1 }, options, mask),
} satisfies Record<string, (raster: Raster, options: TaskOptions) => Promise<Raster>>

/** Gives each channel another tint, as networks do with noise; one channel is averaged, as `Network.run` says. */
const tinting = () =>
  fakeNetwork((values, width, height, channels) => {
    const made = channels === 4 ? 3 : channels
    const stride = channels
    const tint = (channel: number) => (made === 1 ? 0.8 : 0.9 - 0.1 * channel)
    return Float32Array.from(
      { length: width * height * made },
      (_, i) => tint(i % made) * values[Math.floor(i / made) * stride + (i % made)],
    )
  })

it.each(Object.entries(tasks))(
  '%s: a grey picture stored as RGB is as one stored as grey',
  async (_, run) => {
    for (const depth of [8, 16] as const) {
      const grey = { ...noisePicture(60, 40, 1, depth), alpha: noisePicture(60, 40, 1, depth).samples }
      const expected = await run(grey, { network: tinting(), maxTilePixels: 1e6 })
      const result = await run(inThreeChannels(grey), { network: tinting(), maxTilePixels: 1e6 })
      expect(result).toEqual(inThreeChannels(expected))
    }
  },
)

it.each(Object.entries(tasks))('%s: a single coloured pixel makes it a colour picture', async (_, run) => {
  const picture = inThreeChannels(noisePicture(60, 40, 1))
  picture.samples[3 * 60 * 40 - 1] ^= 1
  const { samples } = await run(picture, { network: tinting(), maxTilePixels: 1e6 })
  expect(samples.some((sample, i) => sample !== samples[i - (i % 3)])).toBe(true)
})
