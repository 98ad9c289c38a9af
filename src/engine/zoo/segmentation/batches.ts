/** Batches of examples. Batch n is a function of the recipe and n alone. */
import type { SegmentationRecipe } from '../../../contract/segmentation-recipe.ts'
import { type Random, random } from '../../random.ts'
import { drawExample } from './augment.ts'
import type { LabelledPicture } from './labelled-pictures.ts'

/** `input` is [size, height, width, channels], 0..1; `labels` [size, height, width]. */
export type SegmentationBatch = {
  size: number
  width: number
  height: number
  channels: number
  input: Float32Array
  labels: Uint8Array
}

/** From step `first` (from 0) on, for ever. */
export function* segmentationBatches(
  recipe: SegmentationRecipe,
  pictures: readonly LabelledPicture[],
  channels: number,
  first: number,
): Generator<SegmentationBatch> {
  const { batch } = recipe.training
  let epoch = -1
  let order: readonly number[] = []
  for (let step = first; ; step++) {
    const chosen: LabelledPicture[] = []
    for (let n = step * batch; n < (step + 1) * batch; n++) {
      if (Math.floor(n / pictures.length) !== epoch) {
        epoch = Math.floor(n / pictures.length)
        order = shuffled(pictures.length, random(recipe.seed, epoch, 2))
      }
      chosen.push(pictures[order[n % pictures.length]])
    }
    yield makeBatch(recipe, chosen, channels, step)
  }
}

function makeBatch(
  { seed, data }: SegmentationRecipe,
  pictures: readonly LabelledPicture[],
  channels: number,
  step: number,
): SegmentationBatch {
  const { width, height, augmentation = {} } = data
  const size = pictures.length
  const pixels = width * height
  const input = new Float32Array(size * pixels * channels)
  const labels = new Uint8Array(size * pixels)
  for (const [i, picture] of pictures.entries()) {
    drawExample(picture, augmentation, random(seed, step, i, 1), {
      width,
      height,
      channels,
      values: input.subarray(i * pixels * channels, (i + 1) * pixels * channels),
      labels: labels.subarray(i * pixels, (i + 1) * pixels),
    })
  }
  return { size, width, height, channels, input, labels }
}

/** Each picture once an epoch, in an order of the epoch's own (Fisher & Yates 1938). */
function shuffled(count: number, draw: Random): number[] {
  const order = Array.from({ length: count }, (_, i) => i)
  for (let i = count - 1; i > 0; i--) {
    const j = draw.below(i + 1)
    ;[order[i], order[j]] = [order[j], order[i]]
  }
  return order
}
