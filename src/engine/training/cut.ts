/** Squares cut out of training pictures. */
import type { RestorationRecipe } from '../../contract/restoration-recipe.ts'
import type { Patch } from '../degradations/degradation.ts'
import { reflect } from '../imaging/raster.ts'
import { resizeBicubic } from '../imaging/resample.ts'
import type { Random } from '../random.ts'
import type { TrainingPicture } from './dataset.ts'

/** Where a patch lies in a picture: a square at (left, top), px, in one of its eight orientations. */
export type View = {
  left: number
  top: number
  side: number
  flipX: boolean
  flipY: boolean
  transpose: boolean
}

/**
 * A random view that a patch of `patch` px is made from; 1 / zoom as large, the zoom drawn from its range; in any
 * orientation, or upright.
 */
export function drawView(
  picture: TrainingPicture,
  patch: number,
  { zoom, upright }: Pick<RestorationRecipe, 'zoom' | 'upright'>,
  random: Random,
): View {
  // A picture smaller than the view would be mirrored: rather less zoom than that.
  const fits = Math.max(patch, Math.min(picture.width, picture.height))
  const side = zoom ? Math.min(fits, Math.round(patch / random.between(...zoom))) : patch
  const either = () => !upright && random.below(2) === 1
  return {
    left: random.below(Math.max(1, picture.width - side + 1)),
    top: random.below(Math.max(1, picture.height - side + 1)),
    side,
    flipX: either(),
    flipY: either(),
    transpose: either(),
  }
}

/** The upright square in the middle of the picture. */
export function centreView({ width, height }: TrainingPicture, side: number): View {
  const [left, top] = [(width - side) >> 1, (height - side) >> 1]
  return { left, top, side, flipX: false, flipY: false, transpose: false }
}

/**
 * The view of the picture (`samples`, or the worse half of its pair) as a patch of `patch` px, resampled where the view
 * is larger or smaller; mirrored at the edge where the picture is smaller.
 */
export function cut(
  { width, height }: TrainingPicture,
  samples: Uint8Array,
  view: View,
  patch: number,
  grey: boolean,
): Patch {
  const { side, left, top, flipX, flipY, transpose } = view
  const channels = grey ? 1 : 3
  const values = new Float32Array(side * side * channels)
  // Where a patch's columns and rows begin in the picture's samples.
  const steps = Array.from({ length: side }, (_, i) => i)
  const columns = steps.map((i) => 3 * reflect(left + i, width))
  const rows = steps.map((i) => 3 * width * reflect(top + i, height))
  const across = Int32Array.from(transpose ? rows : columns)
  const down = Int32Array.from(transpose ? columns : rows)
  if (flipX) across.reverse()
  if (flipY) down.reverse()
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const from = across[x] + down[y]
      const to = channels * (y * side + x)
      if (grey) {
        // Luma of ITU-R BT.601.
        values[to] = (0.299 * samples[from] + 0.587 * samples[from + 1] + 0.114 * samples[from + 2]) / 255
      } else {
        values[to] = samples[from] / 255
        values[to + 1] = samples[from + 1] / 255
        values[to + 2] = samples[from + 2] / 255
      }
    }
  }
  if (side === patch) return { width: patch, height: patch, channels, values }
  const resized = resizeBicubic(values, side, side, channels, patch, patch)
  return {
    width: patch,
    height: patch,
    channels,
    values: resized.map((value) => Math.max(0, Math.min(1, value))),
  }
}
