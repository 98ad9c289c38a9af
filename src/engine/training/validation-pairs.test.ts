import { describe, expect, it } from 'vitest'
import { type RestorationRecipe, restorationRecipeSchema } from '../../contract/restoration-recipe.ts'
import { psnr } from '../metrics/psnr.ts'
import { random } from '../random.ts'
import type { TrainingPicture } from './dataset.ts'
import { type ValidationPair, validationPairs, validationSettings } from './validation-pairs.ts'

const recipe = restorationRecipeSchema.parse({
  id: 'tiny',
  version: '1.0.0',
  title: 'Tiny',
  task: 'denoise',
  licence: 'MIT',
  architecture: { name: 'restoration-unet', parameters: {} },
  data: { train: ['photos'], pairs: ['pages'], validationPictures: 1, provenance: 'made by this test' },
  greyShare: 0,
  degradations: [{ kind: 'gaussian-noise', sigma: [0, 55] }],
  loss: 'charbonnier',
  optimizer: { kind: 'adam', learningRate: 0.003, warmupSteps: 5, clipNorm: 1 },
  stages: [{ steps: 40, patch: 16, batch: 4 }],
  validation: {
    everySteps: 20,
    crop: 64,
    sigmas: [25],
    settings: [
      {
        name: 'JPEG 30',
        degradations: [{ kind: 'jpeg', quality: [30, 30], subsampledShare: 0, shiftGrid: false }],
      },
    ],
  },
  seed: 3,
})

function noisePicture(seed: number, paired: boolean): TrainingPicture {
  const draw = random(seed)
  const make = () => {
    const samples = new Uint8Array(new SharedArrayBuffer(50 * 70 * 3))
    for (let i = 0; i < samples.length; i++) samples[i] = draw.below(256)
    return samples
  }
  const picture = { name: `${seed}`, width: 50, height: 70, samples: make() }
  return paired ? { ...picture, degraded: make() } : picture
}
const pictures = [noisePicture(1, false), noisePicture(2, true)]

async function all(of: RestorationRecipe): Promise<ValidationPair[]> {
  const pairs: ValidationPair[] = []
  for await (const pair of validationPairs(pictures, of)) pairs.push(pair)
  return pairs
}

describe('what is validated on', () => {
  it('is clean pictures at each setting, then the pairs as they are', async () => {
    expect(validationSettings(recipe).map(({ name }) => name)).toEqual(['σ 25', 'JPEG 30', 'pairs'])
    const [noise, jpeg, page] = await all(recipe)
    expect([noise.setting, jpeg.setting, page.setting]).toEqual([0, 1, 2])
    expect(psnr(noise.degraded.values, noise.clean.values)).toBeCloseTo(20.17, 0)
    expect(jpeg.clean.values).toEqual(noise.clean.values)
    expect(page.degraded.values[0] * 255).toBeCloseTo(pictures[1].degraded![3 * (11 * 50 + 1)], 3)
  })

  it('is the same every time, and a crop that every network takes', async () => {
    const [once, again] = [await all(recipe), await all(recipe)]
    expect(once).toEqual(again)
    expect(once.map(({ clean }) => clean.width)).toEqual([48, 48, 48])
    const enlarged = { ...recipe, scale: 3 as const, validation: { ...recipe.validation, crop: 47 } }
    await expect(all(enlarged)).rejects.toMatchObject({ code: 'data-missing' })
  })
})
