/**
 * Measures a denoising model as the field does: additive white Gaussian noise in floating point, unclipped; output
 * clipped to 0..1; PSNR with peak 1 over all channels; SSIM; means over the pictures.
 */
import path from 'node:path'
import type { EngineOutput } from '../../contract/engine-protocol.ts'
import { LimpidError } from '../../contract/errors.ts'
import { addGaussianNoise } from '../degradations/gaussian-noise.ts'
import { eachAtOnce } from '../each-at-once.ts'
import { decodePicture } from '../imaging/decode.ts'
import { findPictures } from '../imaging/find-pictures.ts'
import { type Raster, reflect, toFloat, type Window } from '../imaging/raster.ts'
import { psnr } from '../metrics/psnr.ts'
import { ssim } from '../metrics/ssim.ts'
import type { Network } from '../models/network.ts'
import { random } from '../random.ts'
import { planTiles, runTiled } from '../tiling.ts'
import { type JobHandler, peakMemory } from './job.ts'

/** Of the noise: the same in every evaluation. */
const SEED = 20040601

type FloatPicture = { width: number; height: number; channels: 1 | 3; values: Float32Array }

export const evaluate: JobHandler<'evaluate'> = async (input, context) => {
  if (input.task !== 'denoise' || input.folder === null) {
    throw new LimpidError('bad-request', `This engine can't measure ${input.task} yet.`)
  }
  const { folder, data, sigma, grey, limit } = input
  const start = performance.now()
  const session = await context.compute.session()
  const network = await session.open(folder, context.signal)
  const found = await findPictures([data])
  if (found.pictures.length === 0) {
    throw new LimpidError('data-missing', `There are no pictures to evaluate on in ${data}.`, {
      file: data,
      hint: 'Name a folder of clean pictures with --data.',
    })
  }
  const files = found.pictures.slice(0, limit)
  const modelMsBefore = network.elapsedMs
  const pictures: EngineOutput<'evaluate'>['pictures'] = []
  let pixels = 0
  let ended = 0
  const atOnce = () => session.workers
  await eachAtOnce(files, atOnce, async (file, i) => {
    await context.step(ended / files.length, path.basename(file))
    const clean = floatPicture((await decodePicture(file)).raster, grey)
    const noisy = addGaussianNoise(clean, sigma, random(SEED, i))
    const restored = await restoreFloat(noisy, network, session.maxTilePixels)
    pixels += clean.width * clean.height
    const quality = psnr(restored, clean.values)
    if (Number.isNaN(quality)) throw notANumber(file)
    pictures[i] = {
      name: path.basename(file),
      psnr: quality,
      ssim: ssim(restored, clean.values, clean),
      inputPsnr: psnr(noisy.values, clean.values),
    }
    ended++
  })
  await context.step(1, 'Evaluated')
  return {
    task: 'denoise',
    model: network.manifest.id,
    backend: session.choice.name,
    count: pictures.length,
    psnr: mean(pictures.map((picture) => picture.psnr)),
    ssim: mean(pictures.map((picture) => picture.ssim)),
    // JSON has no infinity: a clean input (sigma 0) is given as 100 dB.
    inputPsnr: Math.min(100, mean(pictures.map((picture) => picture.inputPsnr))),
    seconds: (performance.now() - start) / 1000,
    modelSeconds: (network.elapsedMs - modelMsBefore) / 1000,
    megapixels: pixels / 1e6,
    peakMemory: peakMemory(),
    pictures: pictures.map((picture) => ({ ...picture, inputPsnr: Math.min(100, picture.inputPsnr) })),
  }
}

function notANumber(file: string): LimpidError {
  return new LimpidError(
    'result-invalid',
    `The model computed pixels of ${path.basename(file)} that are no numbers.`,
    {
      file,
      hint: 'Try another model or another backend (--backend).',
    },
  )
}

/** Grey: the luma of ITU-R BT.601, rounded to the picture's depth as a grey file would hold it. */
function floatPicture(raster: Raster, grey: boolean): FloatPicture {
  const { width, height, channels, depth } = raster
  const values = toFloat(raster)
  if (!grey || channels === 1) return { width, height, channels, values }
  const max = 2 ** depth - 1
  const luma = new Float32Array(width * height)
  for (let i = 0; i < luma.length; i++) {
    const value = 0.299 * values[3 * i] + 0.587 * values[3 * i + 1] + 0.114 * values[3 * i + 2]
    luma[i] = Math.round(value * max) / max
  }
  return { width, height, channels: 1, values: luma }
}

/** [height, width, channels], clipped to 0..1. */
async function restoreFloat(
  picture: FloatPicture,
  network: Network,
  maxTilePixels: number,
): Promise<Float32Array> {
  const { width, height, channels } = picture
  const restored = new Float32Array(picture.values.length)
  await runTiled(
    { width, height, read: (window) => readFloat(picture, window) },
    {
      write(core, values, origin) {
        for (let y = 0; y < core.height; y++) {
          const from = ((origin.top + y) * origin.width + origin.left) * channels
          const to = ((core.top + y) * width + core.left) * channels
          for (let i = 0; i < core.width * channels; i++)
            restored[to + i] = Math.min(1, Math.max(0, values[from + i]))
        }
      },
    },
    planTiles(width, height, network.manifest, maxTilePixels),
    (values, tileWidth, tileHeight) => network.run(values, tileWidth, tileHeight, channels),
  )
  return restored
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

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
