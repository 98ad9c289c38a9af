/**
 * JPEG repair as the field measures it (Dong et al. 2015, ARCNN): the picture's luma (studio range, as MATLAB's
 * rgb2ycbcr) is saved as a grey baseline JPEG with libjpeg's standard tables, and compared before and after.
 */
import { sharp } from '../imaging/libvips.ts'
import { createRaster, fromFloat, type Raster, toFloat } from '../imaging/raster.ts'
import { psnr } from '../metrics/psnr.ts'
import { ssim } from '../metrics/ssim.ts'
import { studioLuma } from '../metrics/studio-luma.ts'
import { jpegRepair } from '../tasks/jpeg-repair.ts'
import type { Evaluator } from './evaluator.ts'
import { inSixteenBits, readTestPicture, singlePictures } from './test-pictures.ts'

export const jpeg: Evaluator<'jpeg'> = {
  find: singlePictures,
  async measure({ files: [file] }, _index, { quality }, options) {
    const picture = await readTestPicture(file)
    const { width, height } = picture
    const clean = fromFloat(studioLuma(toFloat(picture), picture.channels), width, height, 1, 8)
    const compressed = await throughJpeg(clean, quality)
    const restored = options
      ? await jpegRepair.run(inSixteenBits(compressed), { strength: 1 }, options)
      : compressed
    const truth = toFloat(clean)
    return {
      psnr: psnr(toFloat(restored), truth),
      ssim: ssim(toFloat(restored), truth, clean),
      inputPsnr: psnr(toFloat(compressed), truth),
      pixels: width * height,
    }
  },
}

/** A grey picture as its JPEG holds it. */
async function throughJpeg(raster: Raster, quality: number): Promise<Raster> {
  const { width, height, samples } = raster
  const file = await sharp(samples, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .jpeg({ quality })
    .toBuffer()
  const { data } = await sharp(file).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true })
  return { ...createRaster(width, height, 1, 8), samples: new Uint8Array(data) }
}
