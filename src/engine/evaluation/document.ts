/**
 * Cleaning pages, on pairs of a page and the same page clean: F-measure of the text (DIBCO's) after binarising, and PSNR,
 * SSIM and RMSE of the grey page. Without a model the page as it is is binarised.
 */
import { binarise } from '../imaging/binarise.ts'
import { fromFloat, toFloat } from '../imaging/raster.ts'
import { fMeasure } from '../metrics/f-measure.ts'
import { meanSquaredError, psnr } from '../metrics/psnr.ts'
import { ssim } from '../metrics/ssim.ts'
import { blackOnWhite } from '../tasks/document-clean.ts'
import { withOwnInk } from '../tasks/own-ink.ts'
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
    const target = toFloat(clean)
    const luma = toFloat(grey)
    const { width, height } = page
    // What `documentClean` does without `binarise` and with it; the network runs once for both.
    const black = options ? await blackOnWhite(inSixteenBits(page), options) : luma
    const result = options ? withOwnInk(luma, black, width, height) : luma
    const toBinarise = fromFloat(black, width, height, 1, 16)
    return {
      psnr: psnr(result, target),
      ssim: ssim(result, target, clean),
      inputPsnr: psnr(luma, target),
      fMeasure: fMeasure(toFloat(binarise(toBinarise, method)), target),
      rmse: Math.sqrt(meanSquaredError(result, target)),
      pixels: page.width * page.height,
    }
  },
}
