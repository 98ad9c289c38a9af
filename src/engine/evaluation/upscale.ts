/**
 * Enlarging as the field measures it: the small picture is the large one made smaller by MATLAB's imresize and rounded to
 * 8 bits; the enlargement is compared on Y in studio range, rounded to 8 bits as well, without `scale` px at each edge.
 */
import path from 'node:path'
import { LimpidError } from '../../contract/errors.ts'
import type { Scale } from '../../contract/step.ts'
import { fromFloat, type Raster, toFloat } from '../imaging/raster.ts'
import { resizeBicubic } from '../imaging/resample.ts'
import { psnr } from '../metrics/psnr.ts'
import { ssim } from '../metrics/ssim.ts'
import { studioLuma } from '../metrics/studio-luma.ts'
import type { TaskOptions } from '../tasks/tiled.ts'
import { enlarge, upscale as task } from '../tasks/upscale.ts'
import type { Evaluator, Measured, TestCase } from './evaluator.ts'
import { folderOfScale, isTruth, pairsAmong } from './pairs-of-files.ts'
import { allPictures, asSingle, noPictures, readTestPicture, roundedFloats } from './test-pictures.ts'

export const upscale: Evaluator<'upscale'> = {
  async find({ data, scale }) {
    const folder = await folderOfScale(data, scale)
    const pictures = await allPictures(folder)
    const pairs = pairsAmong(pictures)
    return pairs.length > 0 ? pairs : largePictures(pictures, folder)
  },
  async measure({ files }, _index, { scale }, options) {
    if (files.length === 2) {
      const [small, large] = await Promise.all(files.map((file) => readTestPicture(file)))
      requirePair(small, large, scale, files[0])
      return measureEnlarged(small, large, scale, options, files[0])
    }
    const large = cropToMultiple(await readTestPicture(files[0]), scale)
    return measureEnlarged(madeSmall(large, scale), large, scale, options, files[0])
  },
}

/**
 * Of a set whose names make no pairs: those that are said to be large, where any are; none from a folder of small ones
 * (`LR_bicubic/X2/babyx2.png` is of `HR/baby.png`).
 */
function largePictures(pictures: readonly string[], folder: string): TestCase[] {
  const isSmall = (file: string) =>
    path
      .dirname(path.relative(folder, file))
      .split(path.sep)
      .some((name) => /(^|[_-])lr/i.test(name))
  const candidates = pictures.filter((file) => !isSmall(file))
  const marked = candidates.filter(isTruth)
  const large = marked.length > 0 ? marked : candidates
  if (large.length === 0) throw noPictures(folder, 'Name a folder of large pictures with --data.')
  return large.map(asSingle)
}

/** Test sets cut the large picture to a multiple of the scale or round the small one up: less than `scale` px off. */
function requirePair(small: Raster, large: Raster, scale: Scale, file: string): void {
  const fits = (a: number, b: number) => Math.abs(scale * a - b) < scale
  if (fits(small.width, large.width) && fits(small.height, large.height)) return
  const size = ({ width, height }: Raster) => `${width} × ${height} px`
  throw new LimpidError(
    'bad-request',
    `${path.basename(file)} has ${size(small)}, its large picture ${size(large)}: that is not ×${scale}.`,
    { file, hint: 'Name the scale of these pairs with --scale.' },
  )
}

/** Of a picture smaller than this nothing is left inside its edges. */
function requireInside({ width, height }: Raster, scale: Scale, file: string): void {
  if (Math.min(width, height) > 2 * scale) return
  throw new LimpidError(
    'bad-request',
    `${path.basename(file)} is too small to be measured: ${scale} px at each edge do not count.`,
    { file, hint: 'Take it out of the folder.' },
  )
}

/** `file`: which picture this is, for errors. */
export async function measureEnlarged(
  small: Raster,
  large: Raster,
  scale: Scale,
  options: TaskOptions | null,
  file: string,
): Promise<Measured> {
  requireInside(large, scale, file)
  const bicubic = enlarge(small, scale)
  const enlarged = options ? await task.run(small, { scale, strength: 1 }, options) : bicubic
  const inner = {
    width: Math.min(bicubic.width, large.width) - 2 * scale,
    height: Math.min(bicubic.height, large.height) - 2 * scale,
    channels: 1,
  }
  const y = (raster: Raster) => {
    const luma = studioLuma(roundedFloats(raster), raster.channels).map((v) => Math.round(255 * v) / 255)
    const cut = new Float32Array(inner.width * inner.height)
    for (let row = 0; row < inner.height; row++) {
      const from = (row + scale) * raster.width + scale
      cut.set(luma.subarray(from, from + inner.width), row * inner.width)
    }
    return cut
  }
  const truth = y(large)
  const result = y(enlarged)
  return {
    psnr: psnr(result, truth),
    ssim: ssim(result, truth, inner),
    inputPsnr: psnr(y(bicubic), truth),
    pixels: enlarged.width * enlarged.height,
  }
}

function cropToMultiple(raster: Raster, multiple: number): Raster {
  const { channels, depth } = raster
  const width = raster.width - (raster.width % multiple)
  const height = raster.height - (raster.height % multiple)
  const values = toFloat(raster)
  const cropped = new Float32Array(width * height * channels)
  for (let row = 0; row < height; row++) {
    const from = row * raster.width * channels
    cropped.set(values.subarray(from, from + width * channels), row * width * channels)
  }
  return fromFloat(cropped, width, height, channels, depth)
}

function madeSmall({ width, height, channels, ...raster }: Raster, scale: number): Raster {
  const values = toFloat({ width, height, channels, ...raster })
  const small = resizeBicubic(values, width, height, channels, width / scale, height / scale)
  return fromFloat(small, width / scale, height / scale, channels, 8)
}
