import { expect, it } from 'vitest'
import { createRaster, type Raster } from '../imaging/raster.ts'
import { random } from '../random.ts'
import { restoreColour } from './restore-colour.ts'

const run = (raster: Raster, strength: number) => restoreColour.run(raster, { strength }, undefined)

/** Channels that lie between 40..220, 60..200 and 90..180: faded, with a blue cast in the shadows. */
function faded(): Raster {
  const raster = createRaster(200, 100, 3, 8)
  const draw = random(2)
  const ranges = [
    [40, 220],
    [60, 200],
    [90, 180],
  ]
  for (let i = 0; i < raster.samples.length; i++) {
    const [low, high] = ranges[i % 3]
    raster.samples[i] = Math.round(draw.between(low, high))
  }
  return { ...raster, alpha: new Uint8Array(200 * 100).fill(9) }
}

function range({ samples }: Raster, channel: number) {
  const own = [...samples].filter((_, i) => i % 3 === channel)
  return [Math.min(...own), Math.max(...own)]
}

it('stretches each channel to its full range, so that a cast goes', async () => {
  const picture = faded()
  const restored = await run(picture, 1)
  for (const channel of [0, 1]) expect(range(restored, channel)).toEqual([0, 255])
  expect(restored.alpha).toEqual(picture.alpha)
})

it('takes no levels from what is fully transparent', async () => {
  const picture = faded()
  const alone = await run(picture, 1)
  // As wide again, the new half black and not to be seen.
  const { width, height, samples } = picture
  const wide = createRaster(2 * width, height, 3, 8)
  const alpha = new Uint8Array(2 * width * height)
  for (let y = 0; y < height; y++) {
    wide.samples.set(samples.subarray(3 * y * width, 3 * (y + 1) * width), 6 * y * width)
    alpha.fill(255, 2 * y * width, (2 * y + 1) * width)
  }
  const beside = await run({ ...wide, alpha }, 1)
  for (let y = 0; y < height; y++) {
    const row = beside.samples.subarray(6 * y * width, 3 * (2 * y + 1) * width)
    expect(row).toEqual(alone.samples.subarray(3 * y * width, 3 * (y + 1) * width))
  }
})

it('stretches a flat channel only so far', async () => {
  const [low, high] = range(await run(faded(), 1), 2)
  expect(high - low).toBeGreaterThan(200)
  expect(high - low).toBeLessThan(240)
  const flat = createRaster(50, 50, 1, 16)
  flat.samples.fill(30_000)
  expect((await run(flat, 1)).samples[0]).toBeGreaterThan(20_000)
  expect((await run(flat, 1)).samples[0]).toBeLessThan(40_000)
})

it('is not led astray by a few odd pixels', async () => {
  const picture = faded()
  for (let i = 0; i < 60; i++) picture.samples[3 * 97 * i] = i % 2 ? 0 : 255
  const middle = (raster: Raster) =>
    raster.samples.filter((_, i) => i % 3 === 0 && picture.samples[i] === 60)[0]
  expect(Math.abs(middle(await run(picture, 1)) - middle(await run(faded(), 1)))).toBeLessThan(6)
})

it('leaves the picture at strength 0, and one of full range alone', async () => {
  expect((await run(faded(), 0)).samples).toEqual(faded().samples)
  const full = createRaster(256, 10, 1, 8)
  for (let i = 0; i < full.samples.length; i++) full.samples[i] = i % 256
  const restored = await run(full, 1)
  for (let i = 0; i < full.samples.length; i++)
    expect(Math.abs(restored.samples[i] - full.samples[i])).toBeLessThan(3)
})
