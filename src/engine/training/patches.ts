/** Batches of training pairs, cut from the dataset. Batch n is a pure function of the recipe and n. */
import type { RestorationRecipe } from '../../contract/restoration-recipe.ts'
import type { Patch } from '../degradations/degradation.ts'
import { degrade } from '../degradations/index.ts'
import { reflect } from '../imaging/raster.ts'
import { type Random, random } from '../random.ts'
import type { TrainingPicture } from './dataset.ts'

/** `input` is [batch, patch, patch, inputChannels], `target` [batch, patch, patch, targetChannels]. */
export type Batch = {
  step: number
  batch: number
  patch: number
  inputChannels: number
  targetChannels: number
  input: Float32Array<ArrayBuffer>
  target: Float32Array<ArrayBuffer>
}

/** The stage of the recipe that step `step` (from 0) belongs to, or null behind the last. */
export function stageOf(recipe: Pick<RestorationRecipe, 'stages'>, step: number) {
  let first = 0
  for (const stage of recipe.stages) {
    if (step < first + stage.steps) return stage
    first += stage.steps
  }
  return null
}

export async function makeBatch(
  recipe: RestorationRecipe,
  pictures: readonly TrainingPicture[],
  step: number,
): Promise<Batch | null> {
  const stage = stageOf(recipe, step)
  if (!stage) return null
  const { batch, patch } = stage
  const draw = random(recipe.seed, step, 1)
  const areas = cumulativeAreas(pictures)
  const pairs: Pair[] = []
  for (let i = 0; i < batch; i++) {
    const clean = cutPatch(pickByArea(pictures, areas, draw), patch, draw, draw.uniform() < recipe.greyShare)
    pairs.push({ clean, degraded: await degrade(clean, recipe.degradations, draw) })
  }
  return batchOf(step, pairs)
}

type Pair = { clean: Patch; degraded: Patch }

/** Pairs of one size as a network is given them: grey ones as three equal channels. */
export function batchOf(step: number, pairs: readonly Pair[]): Batch {
  const { width: patch } = pairs[0].clean
  const size = patch * patch * 3
  const input = new Float32Array(pairs.length * size)
  const target = new Float32Array(pairs.length * size)
  for (const [i, { clean, degraded }] of pairs.entries()) {
    writeRgb(clean, target, i * size)
    writeRgb(degraded, input, i * size)
  }
  return { step, batch: pairs.length, patch, inputChannels: 3, targetChannels: 3, input, target }
}

function cumulativeAreas(pictures: readonly TrainingPicture[]): number[] {
  let sum = 0
  return pictures.map(({ width, height }) => {
    sum += width * height
    return sum
  })
}

function pickByArea(pictures: readonly TrainingPicture[], areas: number[], draw: Random): TrainingPicture {
  const at = draw.uniform() * areas[areas.length - 1]
  return pictures[areas.findIndex((area) => at < area)]
}

/** A random square of the picture in one of its eight orientations; mirrored at the edge where the picture is smaller. */
function cutPatch(picture: TrainingPicture, side: number, draw: Random, grey: boolean): Patch {
  const left = draw.below(Math.max(1, picture.width - side + 1))
  const top = draw.below(Math.max(1, picture.height - side + 1))
  const flipX = draw.below(2) === 1
  const flipY = draw.below(2) === 1
  const transpose = draw.below(2) === 1
  const channels = grey ? 1 : 3
  const values = new Float32Array(side * side * channels)
  const { samples, width, height } = picture
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const u = flipX ? side - 1 - x : x
      const v = flipY ? side - 1 - y : y
      const column = reflect(left + (transpose ? v : u), width)
      const row = reflect(top + (transpose ? u : v), height)
      const from = 3 * (row * width + column)
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
  return { width: side, height: side, channels, values }
}

function writeRgb(patch: Patch, out: Float32Array, offset: number): void {
  if (patch.channels === 3) {
    out.set(patch.values, offset)
    return
  }
  for (let i = 0; i < patch.values.length; i++) out.fill(patch.values[i], offset + 3 * i, offset + 3 * i + 3)
}
