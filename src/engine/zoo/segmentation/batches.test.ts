import { describe, expect, it } from 'vitest'
import { segmentationBatches } from './batches.ts'
import type { LabelledPicture } from './labelled-pictures.ts'
import { maskRecipe } from './testing/recipes.ts'

/** Flat pictures, each of a brightness of its own. */
const pictures: LabelledPicture[] = Array.from({ length: 6 }, (_, i) => ({
  name: `${i}`,
  width: 32,
  height: 32,
  samples: new Uint8Array(32 * 32 * 3).fill(40 * i),
  labels: new Uint8Array(32 * 32),
}))

function take(first: number, count: number) {
  const recipe = maskRecipe({ augmentation: { turn: true, light: 0.1 } })
  const batches = segmentationBatches(recipe, pictures, 3, first)
  return Array.from({ length: count }, () => batches.next().value!)
}

describe('batches for segmentation', () => {
  it('are a matter of the step alone: a resumed run sees the same', () => {
    const whole = take(0, 7)
    const resumed = take(4, 3)
    expect(resumed.map(({ input }) => [...input])).toEqual(whole.slice(4).map(({ input }) => [...input]))
    expect([...whole[0].input]).not.toEqual([...whole[1].input])
  })

  it('vary the same picture anew at every step', () => {
    const recipe = maskRecipe({ augmentation: { light: 0.2 } })
    const batches = segmentationBatches(recipe, [pictures[3]], 3, 0)
    const levels = Array.from({ length: 5 }, () => batches.next().value!.input[0])
    expect(new Set(levels).size).toBe(5)
  })

  it('show each picture once an epoch, in another order each time', () => {
    const recipe = maskRecipe()
    const batches = segmentationBatches(recipe, pictures, 3, 0)
    const seen = Array.from({ length: 3 }, () => batches.next().value!).flatMap(({ input, size }) =>
      Array.from({ length: size }, (_, i) => Math.round((input[(i * input.length) / size] * 255) / 40)),
    ) // 3 batches of 4 are 2 epochs
    expect(seen.slice(0, 6).toSorted()).toEqual([0, 1, 2, 3, 4, 5])
    expect(seen.slice(6).toSorted()).toEqual([0, 1, 2, 3, 4, 5])
    expect(seen.slice(0, 6)).not.toEqual(seen.slice(6))
  })
})
