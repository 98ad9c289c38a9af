/**
 * Filling in, on clean pictures with thin scratches drawn over 5 % of them in white: PSNR over the scratches alone, SSIM
 * over the whole picture. Without a model the scratched picture is measured.
 */
import { maxSample, type Raster, toFloat } from '../imaging/raster.ts'
import { psnr } from '../metrics/psnr.ts'
import { ssim } from '../metrics/ssim.ts'
import { fillIn } from '../tasks/inpaint.ts'
import { scratchMask } from './draw-scratches.ts'
import type { Evaluator } from './evaluator.ts'
import { inSixteenBits, readTestPicture, singlePictures } from './test-pictures.ts'

export const inpaint: Evaluator<'inpaint'> = {
  find: singlePictures,
  async measure({ files: [file] }, index, { grey }, options) {
    const { clean, mask, ...test } = await scratchedPicture(file, index, grey)
    const scratched = inSixteenBits(test.scratched)
    const filled = options ? await fillIn(scratched, mask, 1, options) : scratched
    const truth = toFloat(clean)
    const inHoles = (raster: Raster) => psnr(under(mask, toFloat(raster)), under(mask, truth))
    return {
      psnr: inHoles(filled),
      ssim: ssim(toFloat(filled), truth, clean),
      inputPsnr: inHoles(scratched),
      pixels: clean.width * clean.height,
    }
  },
}

/** A test picture, which of it is scratched, and how that looks: tools/quality gives the same to other methods. */
export async function scratchedPicture(
  file: string,
  index: number,
  grey: boolean,
): Promise<{ clean: Raster; mask: Raster; scratched: Raster }> {
  const clean = await readTestPicture(file, grey)
  const mask = scratchMask(clean.width, clean.height, index)
  return { clean, mask, scratched: withScratches(clean, mask) }
}

function withScratches(clean: Raster, mask: Raster): Raster {
  const { channels } = clean
  const samples = clean.samples.slice()
  for (const [i, value] of mask.samples.entries()) {
    if (value === 255) samples.fill(maxSample(clean.depth), i * channels, (i + 1) * channels)
  }
  return { ...clean, samples }
}

/** The values of the pixels that the mask covers. */
function under({ samples }: Raster, values: Float32Array): Float32Array {
  const channels = values.length / samples.length
  return values.filter((_, i) => samples[Math.floor(i / channels)] === 255)
}
