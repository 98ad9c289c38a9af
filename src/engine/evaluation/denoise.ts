/**
 * Denoising as the field measures it: additive white Gaussian noise in floating point, unclipped; output clipped to 0..1;
 * PSNR with peak 1 over all channels.
 */
import { addGaussianNoise } from '../degradations/gaussian-noise.ts'
import { fromFloat, reflect, toFloat, type Window } from '../imaging/raster.ts'
import { psnr } from '../metrics/psnr.ts'
import { ssim } from '../metrics/ssim.ts'
import { random } from '../random.ts'
import { forItsNoise } from '../tasks/denoise.ts'
import { inTiles, type TaskOptions } from '../tasks/tiled.ts'
import type { Evaluator } from './evaluator.ts'
import { readTestPicture, singlePictures } from './test-pictures.ts'

/** Of the noise: the same in every evaluation. */
const SEED = 20040601

type FloatPicture = { width: number; height: number; channels: 1 | 3; values: Float32Array }

export const denoise: Evaluator<'denoise'> = {
  find: singlePictures,
  async measure({ files: [file] }, index, { sigma, grey }, options) {
    const raster = await readTestPicture(file, grey)
    const clean: FloatPicture = { ...raster, values: toFloat(raster) }
    const noisy = addGaussianNoise(clean, sigma, random(SEED, index))
    const restored = options ? await restoreFloat(noisy, options) : noisy.values
    return {
      psnr: psnr(restored, clean.values),
      ssim: ssim(restored, clean.values, clean),
      inputPsnr: psnr(noisy.values, clean.values),
      pixels: clean.width * clean.height,
    }
  },
}

/** [height, width, channels], clipped to 0..1. */
async function restoreFloat(picture: FloatPicture, given: TaskOptions): Promise<Float32Array> {
  const { width, height, channels } = picture
  const options = await forItsNoise(given, fromFloat(picture.values, width, height, channels, 16))
  return inTiles(
    { width, height, read: (window) => readFloat(picture, window) },
    () => {
      const result = new Float32Array(picture.values.length)
      return {
        result,
        sink: {
          write(core, values, origin) {
            for (let y = 0; y < core.height; y++) {
              const from = ((origin.top + y) * origin.width + origin.left) * channels
              const to = ((core.top + y) * width + core.left) * channels
              for (let i = 0; i < core.width * channels; i++)
                result[to + i] = Math.min(1, Math.max(0, values[from + i]))
            }
          },
        },
      }
    },
    (values, tileWidth, tileHeight) => options.network.run(values, tileWidth, tileHeight, channels),
    options,
  )
}

/** As imaging's readWindow, for floats that are not confined to 0..1. */
function readFloat({ values, width, height, channels }: FloatPicture, window: Window): Float32Array {
  const out = new Float32Array(window.width * window.height * channels)
  let to = 0
  for (let y = 0; y < window.height; y++) {
    const row = reflect(window.top + y, height) * width
    for (let x = 0; x < window.width; x++) {
      const from = (row + reflect(window.left + x, width)) * channels
      for (let c = 0; c < channels; c++) out[to++] = values[from + c]
    }
  }
  return out
}
