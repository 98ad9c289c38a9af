/** Colouring, on colour pictures turned to grey: PSNR and SSIM over RGB. Without a model the grey picture is measured. */
import { greyAsRgb } from '../imaging/luma.ts'
import { toFloat } from '../imaging/raster.ts'
import { psnr } from '../metrics/psnr.ts'
import { ssim } from '../metrics/ssim.ts'
import { greyOf, colourise as task } from '../tasks/colourise.ts'
import type { Evaluator } from './evaluator.ts'
import { readTestPicture, singlePictures } from './test-pictures.ts'

export const colourise: Evaluator<'colourise'> = {
  find: singlePictures,
  async measure({ files: [file] }, _index, _input, options) {
    const clean = await readTestPicture(file)
    const grey = clean.channels === 1 ? clean : greyOf(clean)
    const truth = clean.channels === 1 ? greyAsRgb(toFloat(clean)) : toFloat(clean)
    const input = greyAsRgb(toFloat(grey))
    const coloured = options ? toFloat(await task.run(grey, { strength: 1 }, options)) : input
    return {
      psnr: psnr(coloured, truth),
      ssim: ssim(coloured, truth, { width: clean.width, height: clean.height, channels: 3 }),
      inputPsnr: psnr(input, truth),
      pixels: clean.width * clean.height,
    }
  },
}
