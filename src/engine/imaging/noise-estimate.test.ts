import { expect, test } from 'vitest'
import { normal, photoLikePicture } from '../../../test/fixtures/pictures.ts'
import { estimateNoise } from './noise-estimate.ts'
import type { Raster } from './raster.ts'

/** Adds Gaussian noise of `sigma(brightness 0..1)` in 8-bit units, rounded and clipped as a camera would. */
function withNoise(picture: Raster, sigma: (brightness: number) => number, seed = 7): Raster {
  const random = normal(seed)
  const white = picture.depth === 8 ? 255 : 65535
  const samples = picture.samples.slice()
  for (let i = 0; i < samples.length; i++) {
    const noisy = samples[i] + sigma(samples[i] / white) * (white / 255) * random()
    samples[i] = Math.min(white, Math.max(0, Math.round(noisy)))
  }
  return { ...picture, samples }
}

test('known Gaussian noise, sigma 5 to 50, is found within 15 % on a textured picture', () => {
  for (const [channels, depth] of [
    [3, 8],
    [1, 8],
    [3, 16],
  ] as const) {
    const clean = photoLikePicture(384, 256, channels, depth)
    for (const sigma of [5, 10, 15, 25, 35, 50]) {
      const found = estimateNoise(withNoise(clean, () => sigma))?.sigma ?? 0
      const error = Math.abs(found - sigma) / sigma
      expect(error, `sigma ${sigma}, ${channels} channels at ${depth} bit: found ${found}`).toBeLessThan(0.15)
    }
  }
})

test('a clean picture has a sigma below 2, texture and edges and all', () => {
  for (const seed of [1, 2, 3]) {
    for (const channels of [1, 3] as const) {
      const clean = estimateNoise(photoLikePicture(480, 320, channels, 8, seed))
      for (const value of Object.values(clean ?? { missing: 99 })) expect(value).toBeLessThan(2)
    }
  }
})

test('noise that is stronger in the shadows is seen there, and noise in the highlights there', () => {
  const clean = photoLikePicture(480, 320, 3, 8)
  const inShadows = estimateNoise(withNoise(clean, (brightness) => 20 * (1 - brightness)))
  expect(inShadows?.shadows).toBeGreaterThan(1.5 * (inShadows?.highlights ?? 0))
  const inHighlights = estimateNoise(withNoise(clean, (brightness) => 20 * brightness))
  expect(inHighlights?.highlights).toBeGreaterThan(1.5 * (inHighlights?.shadows ?? 0))
  const even = estimateNoise(withNoise(clean, () => 12))
  expect(Math.abs((even?.shadows ?? 0) - 12)).toBeLessThan(2.5)
  expect(Math.abs((even?.highlights ?? 0) - 12)).toBeLessThan(2.5)
})

test('black bars and burnt-out skies, which hold no noise, do not hide the noise of the rest', () => {
  const noisy = withNoise(photoLikePicture(480, 320, 3, 8), () => 20)
  noisy.samples.fill(0, 0, 480 * 60 * 3)
  noisy.samples.fill(255, 480 * 260 * 3)
  expect(Math.abs((estimateNoise(noisy)?.sigma ?? 0) - 20)).toBeLessThan(3)
})

test('a picture too small to tell has no estimate; one colour has none of its own', () => {
  expect(estimateNoise(photoLikePicture(1, 1, 3, 8))).toBeNull()
  expect(estimateNoise(photoLikePicture(3, 2000, 3, 8))).toBeNull()
  const flat = photoLikePicture(200, 200, 1, 8)
  flat.samples.fill(90)
  expect(estimateNoise(flat)).toEqual({ sigma: 0, shadows: 0, highlights: 0 })
  flat.samples.fill(0) // black all over: every sample is clipped
  expect(estimateNoise(flat)).toEqual({ sigma: 0, shadows: 0, highlights: 0 })
})
