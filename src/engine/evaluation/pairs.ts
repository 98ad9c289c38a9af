/**
 * A model of any task on pairs of files, as they are and as they should be: real noise, a scanner's pages, a camera's
 * enlargements. PSNR and SSIM over all channels; pages in grey; enlargements as `evaluate upscale` measures them.
 */
import { LimpidError } from '../../contract/errors.ts'
import { SCALES, type Scale } from '../../contract/step.ts'
import { greyAsRgb } from '../imaging/luma.ts'
import { type Raster, toFloat } from '../imaging/raster.ts'
import { psnr } from '../metrics/psnr.ts'
import { ssim } from '../metrics/ssim.ts'
import { colourise, greyOf } from '../tasks/colourise.ts'
import { denoise } from '../tasks/denoise.ts'
import { documentClean } from '../tasks/document-clean.ts'
import { jpegRepair } from '../tasks/jpeg-repair.ts'
import type { TaskOptions } from '../tasks/tiled.ts'
import type { Evaluator } from './evaluator.ts'
import { pairsOfFiles } from './pairs-of-files.ts'
import { requireSameSize } from './require-same-size.ts'
import { inSixteenBits, readTestPicture } from './test-pictures.ts'
import { measureEnlarged } from './upscale.ts'

export const pairs: Evaluator<'pairs'> = {
  find: ({ data }) => pairsOfFiles(data),
  async measure({ files: [given, truth] }, _index, { grey }, options) {
    const before = await readTestPicture(given, grey)
    const clean = await readTestPicture(truth, grey)
    const scale = SCALES.find(
      (one) => clean.width === one * before.width && clean.height === one * before.height,
    )
    if (scale && options) requireScale(scale, options)
    if (scale) return measureEnlarged(before, clean, scale, options, given)
    requireSameSize(before, clean, given)
    const restored = options ? await restore(inSixteenBits(before), options) : before
    const channels = options?.network.manifest.task === 'document-clean' ? 1 : clean.channels
    const inChannels = (raster: Raster) => valuesIn(raster, channels)
    const target = inChannels(clean)
    const result = inChannels(restored)
    return {
      psnr: psnr(result, target),
      ssim: ssim(result, target, { width: clean.width, height: clean.height, channels }),
      inputPsnr: psnr(inChannels(before), target),
      pixels: clean.width * clean.height,
    }
  },
}

function restore(raster: Raster, options: TaskOptions): Promise<Raster> {
  switch (options.network.manifest.task) {
    case 'denoise':
      return denoise.run(raster, { strength: 1 }, options)
    case 'jpeg-repair':
      return jpegRepair.run(raster, { strength: 1 }, options)
    case 'document-clean':
      return documentClean.run(raster, { strength: 1 }, options)
    case 'colourise':
      return colourise.run(raster, { strength: 1 }, options)
    default:
      throw notForThese(options)
  }
}

function requireScale(wanted: Scale, options: TaskOptions): void {
  const { task, scale } = options.network.manifest
  if (task !== 'upscale' || (scale !== undefined && scale !== wanted)) throw notForThese(options)
}

function notForThese({ network }: TaskOptions): LimpidError {
  const { id, task, scale } = network.manifest
  const what = scale === undefined ? task : `${task} ×${scale}`
  return new LimpidError('bad-request', `The model "${id}" is for ${what}: these pairs are nothing for it.`, {
    hint: 'Choose another model, or --model none to measure the pairs as they are.',
  })
}

function valuesIn(raster: Raster, channels: number): Float32Array {
  if (raster.channels === channels) return toFloat(raster)
  return channels === 1 ? toFloat(greyOf(raster)) : greyAsRgb(toFloat(raster))
}
