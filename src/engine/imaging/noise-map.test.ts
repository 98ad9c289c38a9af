import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { NOISE_MAP } from '../../contract/picture.ts'
import { random } from '../random.ts'
import { noiseMap, writeNoiseMap } from './noise-map.ts'
import { createRaster, type Raster } from './raster.ts'

/** Noise of sigma 5 to the left, 20 to the right, on a gradient with an edge. */
function twoHalves(channels: 1 | 3, depth: 8 | 16): Raster {
  const raster = createRaster(256, 160, channels, depth)
  const noise = new Float32Array(raster.samples.length)
  random(3).fillGaussian(noise)
  const scale = depth === 8 ? 1 : 257
  for (let i = 0; i < noise.length; i++) {
    const x = Math.floor(i / channels) % 256
    const y = Math.floor(i / channels / 256)
    const scene = 100 + 0.2 * y + (x > 60 ? 40 : 0)
    raster.samples[i] = Math.round(scale * (scene + (x < 128 ? 5 : 20) * noise[i]))
  }
  return raster
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

it.each([
  [1, 8],
  [3, 8],
  [3, 16],
] as const)('tells how noisy each place is: %i channels, %i bits', (channels, depth) => {
  const { width, height, sigma } = noiseMap(twoHalves(channels, depth))!
  expect([width, height]).toEqual([16, 10])
  const of = (from: number, to: number) => [...sigma].filter((_, i) => i % 16 >= from && i % 16 < to)
  expect(mean(of(0, 7))).toBeGreaterThan(4)
  expect(mean(of(0, 7))).toBeLessThan(6)
  expect(mean(of(9, 16))).toBeGreaterThan(18)
  expect(mean(of(9, 16))).toBeLessThan(22)
})

it('is written as the contract says, and is not there for a picture without a block', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'limpid-noise-map-'))
  try {
    const file = path.join(folder, 'map.png')
    await writeNoiseMap({ width: 2, height: 1, sigma: Float32Array.of(NOISE_MAP.maxSigma / 9, 400) }, file)
    const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true })
    expect([info.width, info.height, data[0], data[info.channels]]).toEqual([2, 1, 85, 255])
  } finally {
    await rm(folder, { recursive: true })
  }
  expect(noiseMap(createRaster(300, 15, 3, 8))).toBeNull()
})
