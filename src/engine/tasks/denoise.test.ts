import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { LimpidError } from '../../contract/errors.ts'
import { createRaster, type Raster } from '../imaging/raster.ts'
import type { Network } from '../models/network.ts'
import { random } from '../random.ts'
import { planTiles } from '../tiling.ts'
import { denoise as task } from './denoise.ts'
import type { TaskOptions } from './tiled.ts'

const denoise = (raster: Raster, { strength, ...options }: TaskOptions & { strength: number }) =>
  task.run(raster, { strength }, options)

const geometry = { sizeMultiple: 4, receptiveFieldRadius: 6 }
const maxTilePixels = 70 * 70
const picture = noisePicture(300, 200, 3)
const tileCount = planTiles(300, 200, geometry, maxTilePixels).length

function noisePicture(width: number, height: number, channels: 1 | 3): Raster {
  const raster = createRaster(width, height, channels, 8)
  const draw = random(1)
  for (let i = 0; i < raster.samples.length; i++) raster.samples[i] = 40 + draw.below(200)
  return { ...raster, alpha: new Uint8Array(width * height).fill(77) }
}

/**
 * A network that darkens by a tenth, and does at call `faultAt` what `fault` says. With `workers` it takes a little time,
 * now more, now less, so that tiles end in another order than they began.
 */
function network(fault?: (values: Float32Array) => Float32Array, faultAt = -1, workers = 1) {
  const fake = {
    manifest: geometry,
    elapsedMs: 0,
    calls: 0,
    running: 0,
    most: 0,
    async run(values: Float32Array) {
      const call = fake.calls++
      fake.most = Math.max(fake.most, ++fake.running)
      if (workers > 1) await sleep((call * 7) % 5)
      fake.running--
      const darker = values.map((value) => 0.9 * value)
      return call === faultAt && fault ? fault(darker) : darker
    },
  }
  return fake as unknown as Network & Pick<typeof fake, 'calls' | 'running' | 'most'>
}

const outOfMemory = () => {
  throw new LimpidError('out-of-memory', 'no memory')
}

describe('denoising', () => {
  it('keeps size, depth and alpha, and applies the network everywhere', async () => {
    const restored = await denoise(picture, { network: network(), strength: 1, maxTilePixels })
    expect(restored).toMatchObject({ width: 300, height: 200, channels: 3, depth: 8 })
    expect(restored.alpha).toEqual(picture.alpha)
    expect([...restored.samples.slice(0, 9)]).toEqual(
      [...picture.samples.slice(0, 9)].map((v) => Math.round(0.9 * v)),
    )
  })

  it('blends by strength: 0 changes nothing, half goes half the way', async () => {
    const none = await denoise(picture, { network: network(), strength: 0, maxTilePixels })
    expect(none.samples).toEqual(picture.samples)
    const half = await denoise(picture, { network: network(), strength: 0.5, maxTilePixels })
    const differences = Array.from(half.samples, (value, i) => Math.abs(value - 0.95 * picture.samples[i]))
    const difference = differences.reduce((worst, value) => Math.max(worst, value))
    expect(difference).toBeLessThanOrEqual(0.5 + 1e-4)
  })

  it('gives the same picture when memory runs out at any tile: the tile is halved and the picture begun anew', async () => {
    const undisturbed = await denoise(picture, { network: network(), strength: 1, maxTilePixels })
    expect(tileCount).toBeGreaterThan(10)
    // 70² halves to 49², above the 128² floor only when the limit starts higher: use a limit of four floors.
    const large = 4 * 128 * 128
    const count = planTiles(300, 200, geometry, large).length
    for (let at = 0; at < count; at++) {
      const failing = network(outOfMemory, at)
      const restored = await denoise(picture, { network: failing, strength: 1, maxTilePixels: large })
      expect(restored.samples, `fault at tile ${at}`).toEqual(undisturbed.samples)
      expect(failing.calls).toBeGreaterThan(count)
    }
  })

  it('gives up with the error when memory runs out at the smallest tile', async () => {
    const hopeless = { ...network(), run: outOfMemory } as unknown as Network
    await expect(
      denoise(picture, { network: hopeless, strength: 1, maxTilePixels: 1e6 }),
    ).rejects.toMatchObject({
      code: 'out-of-memory',
    })
  })

  it.each([
    ['NaN', (values: Float32Array) => values.fill(Number.NaN, 5000, 5001)],
    ['black', (values: Float32Array) => values.fill(0)],
  ])('refuses a tile that came back %s', async (_name, fault) => {
    for (const at of [0, Math.floor(tileCount / 2), tileCount - 1]) {
      const failing = denoise(picture, { network: network(fault, at), strength: 1, maxTilePixels })
      await expect(failing).rejects.toMatchObject({ code: 'result-invalid' })
    }
  })

  it('takes hardly any light, of a picture that is nearly nothing but specks, for a result', async () => {
    const specks = createRaster(100, 100, 3, 8)
    for (let i = 0; i < specks.samples.length; i += 20) specks.samples[i] = 255
    const dark = network((values) => values.map((value) => 0.001 * value), 0)
    const result = await denoise(specks, { network: dark, strength: 1, maxTilePixels: 1e6 })
    expect(Math.max(...result.samples)).toBe(0)
  })

  it('stops between tiles when it is cancelled', async () => {
    const counting = network()
    const cancelled = denoise(picture, {
      network: counting,
      strength: 1,
      maxTilePixels,
      between: (done) => {
        if (done > 0.4) throw new LimpidError('cancelled', 'Cancelled.')
      },
    })
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' })
    expect(counting.calls).toBeLessThan(tileCount)
  })
})

describe('denoising on several workers', () => {
  const workers = 3
  const large = 4 * 128 * 128
  const run = (fake: Network) =>
    denoise(picture, { network: fake, strength: 1, maxTilePixels: large, atOnce: () => workers })
  const count = planTiles(300, 200, geometry, large, workers).length

  it('has all of them at work, and gives the same picture', async () => {
    const undisturbed = await denoise(picture, { network: network(), strength: 1, maxTilePixels })
    const pooled = network(undefined, -1, workers)
    expect((await run(pooled)).samples).toEqual(undisturbed.samples)
    expect(pooled.most).toBe(workers)
  })

  it('gives the same picture when memory runs out at any tile', async () => {
    const undisturbed = await run(network(undefined, -1, workers))
    for (let at = 0; at < count; at++) {
      const failing = network(outOfMemory, at, workers)
      const restored = await run(failing)
      expect(restored.samples, `fault at tile ${at}`).toEqual(undisturbed.samples)
      expect(failing.calls).toBeGreaterThan(count)
    }
  })

  it('has nothing running any more when it fails or is cancelled', async () => {
    for (let at = 0; at < count; at++) {
      const failing = network((values) => values.fill(Number.NaN), at, workers)
      await expect(run(failing)).rejects.toMatchObject({ code: 'result-invalid' })
      expect(failing.running).toBe(0)
    }
  })
})

describe('a model with a specialist for white noise', () => {
  const draw = random(2)
  const noisy = (spread: number) => {
    const raster = createRaster(128, 96, 1, 8)
    // Whole runs of pixels have one noise where `spread` is above 1.
    const noise = Float32Array.from({ length: raster.samples.length }, () => 60 * draw.uniform())
    return {
      ...raster,
      samples: raster.samples.map(
        (_, i) => 90 + noise[Math.floor((i % 128) / spread) + 128 * Math.floor(i / 128 / spread)],
      ),
    }
  }
  const brighter = { ...network(), run: async (values: Float32Array) => values.map((value) => 1.1 * value) }
  const asked: string[] = []
  const both: Network = {
    ...network(),
    specialist: async (speciality) => {
      asked.push(speciality)
      return brighter as unknown as Network
    },
  }

  it('has that one clean a picture with such noise, and itself any other', async () => {
    const white = noisy(1)
    const bySpecialist = await denoise(white, { network: both, strength: 1, maxTilePixels })
    expect(bySpecialist.samples[0]).toBe(Math.round(1.1 * white.samples[0]))
    expect(asked).toEqual(['white-noise'])
    const coarse = noisy(4)
    const byItself = await denoise(coarse, { network: both, strength: 1, maxTilePixels })
    expect(byItself.samples[0]).toBe(Math.round(0.9 * coarse.samples[0]))
    expect(asked).toHaveLength(1)
  })
})
