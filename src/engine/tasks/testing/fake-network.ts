/** Networks for tests of tasks: a function of each pixel, or of each block, in place of a model. */
import type { Manifest } from '../../../contract/model.ts'
import { createRaster, type Raster } from '../../imaging/raster.ts'
import type { Network } from '../../models/network.ts'
import { random } from '../../random.ts'

const GEOMETRY = { sizeMultiple: 4, receptiveFieldRadius: 6 }

type Compute = (values: Float32Array, width: number, height: number, channels: number) => Float32Array

export function fakeNetwork(
  compute: Compute,
  about: Partial<Manifest> = {},
): Network & { calls: { width: number; height: number; channels: number }[] } {
  const calls: { width: number; height: number; channels: number }[] = []
  return {
    manifest: { ...GEOMETRY, ...about } as Manifest,
    elapsedMs: 0,
    calls,
    async run(values, width, height, channels) {
      calls.push({ width, height, channels })
      return compute(values, width, height, channels)
    },
  }
}

/** Each pixel's channels → others. */
export function byPixel(channels: number, to: (pixel: Float32Array) => number[]): Compute {
  return (values) => {
    const pixels = Array.from({ length: values.length / channels }, (_, i) =>
      to(values.subarray(i * channels, (i + 1) * channels)),
    )
    return Float32Array.from(pixels.flat())
  }
}

/** Noise around middle grey. */
export function noisePicture(width: number, height: number, channels: 1 | 3, depth: 8 | 16 = 8): Raster {
  const raster = createRaster(width, height, channels, depth)
  const draw = random(width, height, channels)
  const scale = depth === 8 ? 1 : 257
  for (let i = 0; i < raster.samples.length; i++) raster.samples[i] = scale * (40 + draw.below(176))
  return raster
}
