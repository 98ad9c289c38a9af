/**
 * Finding scratches, on clean pictures with a scan's noise and thin scratches drawn over 2 % of them: recall and
 * precision of the pixels, and how much of the same picture without scratches is marked; PSNR and SSIM are the mask's.
 * Without a model nothing is found.
 */
import type { DegradationSpec } from '../../contract/degradations.ts'
import { degrade } from '../degradations/index.ts'
import { createRaster, fromFloat, type Raster, toFloat } from '../imaging/raster.ts'
import { psnr } from '../metrics/psnr.ts'
import { ssim } from '../metrics/ssim.ts'
import { random } from '../random.ts'
import { findScratches } from '../tasks/find-scratches.ts'
import type { TaskOptions } from '../tasks/tiled.ts'
import type { Evaluator } from './evaluator.ts'
import { readTestPicture, singlePictures } from './test-pictures.ts'

const SEED = 20261121
const NOISE: DegradationSpec = { kind: 'gaussian-noise', sigma: [8, 8] }
const SCRATCHES: DegradationSpec = { kind: 'scratches', share: [0.02, 0.02], width: [1, 3] }
/** px: the finder marks the soft edge of a scratch with it. */
const NEAR = 2

export const scratches: Evaluator<'scratches'> = {
  find: singlePictures,
  async measure({ files: [file] }, index, { grey }, options) {
    const { scratched, unscratched, damage } = await scannedPicture(file, index, grey)
    const found = await foundIn(scratched, options)
    const wrong = await foundIn(unscratched, options)
    const nothing = new Float32Array(damage.length)
    const nearDamage = dilated(damage, scratched.width, scratched.height, NEAR)
    return {
      psnr: psnr(found, damage),
      ssim: ssim(found, damage, { width: scratched.width, height: scratched.height, channels: 1 }),
      inputPsnr: psnr(nothing, damage),
      recall: percentage(damage, found),
      precision: percentage(found, nearDamage),
      falseAlarms: percentage(null, wrong),
      pixels: 2 * damage.length,
    }
  },
}

/** A picture as a scan of it looks with scratches and without, and where they are: [height, width], 1 or 0. */
async function scannedPicture(
  file: string,
  index: number,
  grey: boolean,
): Promise<{ scratched: Raster; unscratched: Raster; damage: Float32Array }> {
  const clean = await readTestPicture(file, grey)
  const { width, height, channels } = clean
  const scan = async (specs: DegradationSpec[]) => {
    const patch = { width, height, channels, values: toFloat(clean) }
    const { values, mask } = await degrade(patch, specs, random(SEED, index))
    const raster = fromFloat(values, width, height, channels, 8)
    return { raster, mask: mask ?? new Float32Array(width * height) }
  }
  const [{ raster: scratched, mask: damage }, { raster: unscratched }] = [
    await scan([NOISE, SCRATCHES]),
    await scan([NOISE]),
  ]
  return { scratched, unscratched, damage }
}

/** [height, width]: 1 where the model takes the picture for scratched. */
async function foundIn(picture: Raster, options: TaskOptions | null): Promise<Float32Array> {
  const { width, height } = picture
  return toFloat(options ? await findScratches(picture, options) : createRaster(width, height, 1, 8))
}

/** Of the pixels of one mask (null: of all) those that the other has too; of none 100. */
function percentage(of: Float32Array | null, mask: Float32Array): number {
  let all = 0
  let both = 0
  for (const [i, value] of mask.entries()) {
    if (of !== null && of[i] === 0) continue
    all++
    both += value
  }
  return all === 0 ? 100 : (100 * both) / all
}

/** With every pixel that is at most `radius` px above, below, left, right or across. */
function dilated(mask: Float32Array, width: number, height: number, radius: number): Float32Array {
  const wide = new Float32Array(mask.length)
  for (const [at, value] of mask.entries()) {
    if (value === 0) continue
    const [x, y] = [at % width, Math.floor(at / width)]
    const [left, right] = [Math.max(0, x - radius), Math.min(width, x + radius + 1)]
    for (let v = Math.max(0, y - radius); v <= Math.min(height - 1, y + radius); v++) {
      wide.fill(1, v * width + left, v * width + right)
    }
  }
  return wide
}
