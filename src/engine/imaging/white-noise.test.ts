import { expect, test } from 'vitest'
import { normal, photoLikePicture } from '../../../test/fixtures/pictures.ts'
import type { Raster } from './raster.ts'
import { isNoiseWhite } from './white-noise.ts'

/** Adds to each sample what `noise` gives for its index, in 8-bit units, rounded and clipped. */
function withNoise(picture: Raster, noise: (index: number) => number): Raster {
  const white = picture.depth === 8 ? 255 : 65535
  const samples = picture.samples.map((sample, i) =>
    Math.min(white, Math.max(0, Math.round(sample + noise(i) * (white / 255)))),
  )
  return { ...picture, samples }
}

const WIDTH = 480
const photo = (channels: 1 | 3, depth: 8 | 16 = 8) => photoLikePicture(WIDTH, 320, channels, depth)
const whiteNoise = (sigma: number) => {
  const draw = normal(7)
  return () => sigma * draw()
}
/** Each sample's mean with its neighbours to the right, below and across, as one noise. */
function smoothed(sigma: number, channels: number) {
  const draw = normal(8)
  const values = Float32Array.from({ length: WIDTH * 322 * channels }, draw)
  return (i: number) => {
    const below = i + WIDTH * channels
    return (sigma / 2) * (values[i] + values[i + channels] + values[below] + values[below + channels])
  }
}

test.each([
  [3, 8],
  [1, 8],
  [3, 16],
] as const)('independent noise is white, %i channels at %i bit', (channels, depth) => {
  for (const sigma of [10, 25, 50]) {
    expect(isNoiseWhite(withNoise(photo(channels, depth), whiteNoise(sigma))), `sigma ${sigma}`).toBe(true)
  }
})

test('noise that neighbours share is not, nor is noise that channels share', () => {
  for (const channels of [1, 3] as const) {
    expect(isNoiseWhite(withNoise(photo(channels), smoothed(20, channels)))).toBe(false)
  }
  const draw = normal(9)
  const luma = Float32Array.from({ length: WIDTH * 320 }, draw)
  expect(isNoiseWhite(withNoise(photo(3), (i) => 20 * luma[Math.floor(i / 3)]))).toBe(false)
})

test('a picture without noise has none that is white; nor has one too small to tell', () => {
  expect(isNoiseWhite(photo(3))).toBe(false)
  expect(isNoiseWhite(withNoise(photo(3), whiteNoise(1)))).toBe(false)
  const flat = photo(1)
  flat.samples.fill(90)
  expect(isNoiseWhite(flat)).toBe(false)
  expect(isNoiseWhite(withNoise(photoLikePicture(24, 24, 3, 8), whiteNoise(25)))).toBe(false)
})
