/** Pairs of patches in the form that a network is given them. */
import type { RestorationRecipe } from '../../contract/restoration-recipe.ts'
import { FIND_SCRATCHES } from '../../contract/step.ts'
import type { Patch } from '../degradations/degradation.ts'
import { fillHoles } from '../imaging/fill-holes.ts'

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

export type Pair = { clean: Patch; degraded: Patch }

/** What networks take and give: RGB; for inpaint the mask too; from find-scratches the mask alone. */
export function channelsOfTask(task: RestorationRecipe['task']): { input: number; output: number } {
  return { input: task === 'inpaint' ? 4 : 3, output: task === FIND_SCRATCHES ? 1 : 3 }
}

/**
 * Pairs of one size. Grey patches are three equal channels. For inpaint the input's fourth channel is the mask (1 where
 * the picture is lost) and what it covers is filled smoothly from around it. For find-scratches the target is the mask.
 */
export function batchOf(task: RestorationRecipe['task'], step: number, pairs: readonly Pair[]): Batch {
  const { width: patch } = pairs[0].clean
  const pixels = patch * patch
  const { input: inputChannels, output: targetChannels } = channelsOfTask(task)
  const input = new Float32Array(pairs.length * pixels * inputChannels)
  const target = new Float32Array(pairs.length * pixels * targetChannels)
  for (const [i, { clean, degraded }] of pairs.entries()) {
    if (task !== FIND_SCRATCHES) writePixels(clean, target, i * pixels * 3, 3)
    else if (degraded.mask) target.set(degraded.mask, i * pixels)
    writePixels(degraded, input, i * pixels * inputChannels, inputChannels)
    if (task === 'inpaint') punchHoles(degraded, input.subarray(i * pixels * 4, (i + 1) * pixels * 4))
  }
  return { step, batch: pairs.length, patch, inputChannels, targetChannels, input, target }
}

/** Writes RGB at every `stride` values. */
function writePixels({ values, channels }: Patch, out: Float32Array, offset: number, stride: number): void {
  for (let from = 0, to = offset; from < values.length; from += channels, to += stride) {
    out[to] = values[from]
    out[to + 1] = values[from + (channels === 3 ? 1 : 0)]
    out[to + 2] = values[from + (channels === 3 ? 2 : 0)]
  }
}

/** `pixels` is [height · width, 4]. */
function punchHoles({ mask, width, height }: Patch, pixels: Float32Array): void {
  if (!mask) return
  fillHoles(pixels, (i) => mask[i] !== 0, { width, height, channels: 3, stride: 4 })
  for (let i = 0; i < mask.length; i++) if (mask[i] !== 0) pixels[4 * i + 3] = 1
}
