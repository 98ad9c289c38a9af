/**
 * Cleaning pages, on pairs of a page and the same page clean: F-measure of the text (DIBCO's) after binarising, and PSNR,
 * SSIM and RMSE of the grey page. Without a model the page as it is is binarised.
 */
import { binarise } from '../imaging/binarise.ts'
import { toFloat } from '../imaging/raster.ts'
import { fMeasure } from '../metrics/f-measure.ts'
import { meanSquaredError, psnr } from '../metrics/psnr.ts'
import { ssim } from '../metrics/ssim.ts'
import { documentClean } from '../tasks/document-clean.ts'
import type { Evaluator } from './evaluator.ts'
import { pairsOfFiles } from './pairs-of-files.ts'
import { requireSameSize } from './require-same-size.ts'
import { inSixteenBits, readTestPicture } from './test-pictures.ts'

export const document: Evaluator<'document'> = {
  find: ({ data }) => pairsOfFiles(data),
  async measure({ files: [given, truth] }, _index, { binarise: method }, options) {
    const page = await readTestPicture(given)
    const clean = await readTestPicture(truth, true)
    requireSameSize(page, clean, given)
    const grey = await readTestPicture(given, true)
    const cleaned = options ? await documentClean.run(inSixteenBits(page), { strength: 1 }, options) : grey
    const target = toFloat(clean)
    const result = toFloat(cleaned)
    return {
      psnr: psnr(result, target),
      ssim: ssim(result, target, clean),
      inputPsnr: psnr(toFloat(grey), target),
      fMeasure: fMeasure(toFloat(binarise(cleaned, method)), target),
      rmse: Math.sqrt(meanSquaredError(result, target)),
      pixels: page.width * page.height,
    }
  },
}
