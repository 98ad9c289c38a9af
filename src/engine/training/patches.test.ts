import { describe, expect, it } from 'vitest'
import { random } from '../random.ts'
import type { TrainingPicture } from './dataset.ts'
import { makeBatch } from './patches.ts'
import { tinyRecipe } from './testing/tiny-recipe.ts'

const recipe = tinyRecipe()

/** Colour noise: a picture in which no two places are alike. */
function colourPicture(seed: number): TrainingPicture {
  const draw = random(seed)
  const [width, height] = [40, 36]
  const samples = new Uint8Array(new SharedArrayBuffer(width * height * 3))
  for (let i = 0; i < samples.length; i++) samples[i] = draw.below(256)
  return { name: `picture${seed}`, width, height, samples }
}
const pictures = [1, 2, 3].map(colourPicture)

describe('training batches', () => {
  it('are a function of the recipe and the step alone', async () => {
    const again = async () => (await makeBatch(recipe, pictures, 7))!
    expect((await again()).input).toEqual((await again()).input)
    expect((await makeBatch(recipe, pictures, 8))!.input).not.toEqual((await again()).input)
    expect(await makeBatch(recipe, pictures, 60)).toBeNull()
  })

  it('hold a share of grey patches whose noise is the same in every channel', async () => {
    let grey = 0
    for (let step = 0; step < 40; step++) {
      const { input, target, batch, patch } = (await makeBatch(recipe, pictures, step))!
      const size = patch * patch * 3
      for (let i = 0; i < batch; i++) {
        const isGrey = (values: Float32Array) => {
          for (let at = i * size; at < (i + 1) * size; at += 3) {
            if (values[at] !== values[at + 1] || values[at] !== values[at + 2]) return false
          }
          return true
        }
        if (isGrey(target)) {
          grey++
          expect(isGrey(input)).toBe(true)
        }
      }
    }
    expect(grey / 160).toBeGreaterThan(0.15)
    expect(grey / 160).toBeLessThan(0.35)
  })
})
