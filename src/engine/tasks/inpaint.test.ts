import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRaster } from '../imaging/raster.ts'
import { fillIn, inpaint } from './inpaint.ts'
import { byPixel, fakeNetwork, noisePicture } from './testing/fake-network.ts'

const maxTilePixels = 48 * 48
const [width, height] = [100, 80]
/** Two small holes, far apart. */
const mask = createRaster(width, height, 1, 8)
for (let y = 10; y < 14; y++) mask.samples.fill(255, y * width + 20, y * width + 30)
mask.samples.fill(255, 70 * width + 90, 70 * width + 95)

const channelsOfModel = { channels: { input: 4, output: 3 } }
/** Says where it saw a hole. */
const filler = () =>
  fakeNetwork(
    byPixel(4, ([, , , hole]) => (hole === 1 ? [1, 0.6, 0.2] : [0, 0, 0])),
    channelsOfModel,
  )
/** Gives back what it was given. */
const mirror = () =>
  fakeNetwork(
    byPixel(4, ([r, g, b]) => [r, g, b]),
    channelsOfModel,
  )

describe.each([
  [3, 8],
  [1, 8],
  [3, 16],
] as const)('filling in, %i channels of %i bits', (channels, depth) => {
  const picture = noisePicture(width, height, channels, depth)
  const white = depth === 8 ? 255 : 65535
  const filled = channels === 3 ? [1, 0.6, 0.2] : [0.299 + 0.587 * 0.6 + 0.114 * 0.2]

  it('changes what the mask covers, and nothing else by a single bit', async () => {
    const network = filler()
    const result = await fillIn(picture, mask, 1, { network, maxTilePixels })
    for (let i = 0; i < width * height; i++) {
      for (let c = 0; c < channels; c++) {
        const at = i * channels + c
        const expected = mask.samples[i] ? Math.round(filled[c] * white) : picture.samples[at]
        expect(Math.abs(result.samples[at] - expected)).toBeLessThanOrEqual(mask.samples[i] ? 1 : 0)
      }
    }
    // Tiles without a hole cost nothing.
    const everywhere = createRaster(width, height, 1, 8)
    everywhere.samples.fill(255)
    const full = filler()
    await fillIn(picture, everywhere, 1, { network: full, maxTilePixels })
    expect(network.calls.length).toBeLessThan(full.calls.length)
  })

  it('goes half the way at half the strength', async () => {
    const result = await fillIn(picture, mask, 0.5, { network: filler(), maxTilePixels })
    const at = (11 * width + 25) * channels
    expect(Math.abs(result.samples[at] - (picture.samples[at] + filled[0] * white) / 2)).toBeLessThan(1)
  })
})

it('refuses the zeros of a lost GPU', async () => {
  const lost = fakeNetwork(
    byPixel(4, () => [0, 0, 0]),
    channelsOfModel,
  )
  const run = fillIn(noisePicture(width, height, 3), mask, 1, { network: lost, maxTilePixels })
  await expect(run).rejects.toMatchObject({ code: 'result-invalid' })
})

it('starts from what is around the holes, the same in tiles of any size', async () => {
  const picture = noisePicture(width, height, 3, 8)
  const other = { ...picture, samples: picture.samples.slice() }
  for (let i = 0; i < width * height; i++) if (mask.samples[i]) other.samples.fill(255, 3 * i, 3 * i + 3)
  const [whole, tiled, hidden] = await Promise.all([
    fillIn(picture, mask, 1, { network: mirror(), maxTilePixels: 1e6 }),
    fillIn(picture, mask, 1, { network: mirror(), maxTilePixels }),
    fillIn(other, mask, 1, { network: mirror(), maxTilePixels }),
  ])
  expect(tiled.samples).toEqual(whole.samples)
  expect(hidden.samples).toEqual(whole.samples)
  expect(whole.samples).not.toEqual(picture.samples)
})

describe('a mask from a file', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'limpid-mask-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('covers what is white in it', async () => {
    const file = path.join(folder, 'mask.png')
    await sharp(mask.samples, { raw: { width, height, channels: 1 } }).toFile(file)
    const picture = noisePicture(width, height, 3)
    const options = { network: filler(), maxTilePixels }
    const result = await inpaint.run(picture, { mask: { kind: 'file', path: file }, strength: 1 }, options)
    expect(result.samples).toEqual((await fillIn(picture, mask, 1, options)).samples)
  })

  const filledBy = async (name: string, mask: Uint8Array, channels: 1 | 4) => {
    const file = path.join(folder, name)
    await sharp(mask, { raw: { width, height, channels } }).png().toFile(file)
    const picture = noisePicture(width, height, 3)
    return inpaint.run(
      picture,
      { mask: { kind: 'file', path: file }, strength: 1 },
      { network: filler(), maxTilePixels },
    )
  }

  it('does not cover what is transparent in it, white as it may be below', async () => {
    const overWhite = Uint8Array.from({ length: 4 * width * height }, (_, i) =>
      i % 4 === 3 ? mask.samples[i >> 2] : 255,
    )
    const picture = noisePicture(width, height, 3)
    const expected = await fillIn(picture, mask, 1, { network: filler(), maxTilePixels })
    expect((await filledBy('transparent.png', overWhite, 4)).samples).toEqual(expected.samples)
  })

  it.each([
    ['black', 0, 'covers nothing'],
    ['white', 255, 'covers all'],
  ])('that is all %s is refused', async (name, sample, what) => {
    const all = new Uint8Array(width * height).fill(sample)
    await expect(filledBy(`${name}.png`, all, 1)).rejects.toMatchObject({
      code: 'bad-request',
      message: expect.stringContaining(`${name}.png ${what}`),
      hint: expect.stringContaining('white where it is to be filled in'),
      file: path.join(folder, `${name}.png`),
    })
  })

  it('is another matter than scratches that are looked for: a picture may have none', async () => {
    const picture = noisePicture(width, height, 3)
    const none = createRaster(width, height, 1, 8)
    const step = { mask: { kind: 'scratches', finder: 'finder' }, strength: 1 } as const
    const result = await inpaint.run(picture, step, { network: filler(), maxTilePixels }, none)
    expect(result.samples).toEqual(picture.samples)
  })

  it('of another size is refused, with both sizes', async () => {
    const file = path.join(folder, 'small.png')
    await sharp({ create: { width: 10, height: 10, channels: 3, background: 'white' } }).toFile(file)
    const failing = inpaint.run(
      noisePicture(width, height, 3),
      { mask: { kind: 'file', path: file }, strength: 1 },
      { network: filler(), maxTilePixels },
    )
    await expect(failing).rejects.toMatchObject({
      code: 'bad-request',
      message: expect.stringMatching(/small\.png has 10 × 10 px.*100 × 80 px/),
      file,
    })
  })
})
