import { type RestorationRecipe, restorationRecipeSchema } from '../../../contract/restoration-recipe.ts'

/** A recipe that trains in seconds, in two stages; `changes` are in place of what it says itself. */
export function tinyRecipe(changes: Partial<RestorationRecipe> = {}): RestorationRecipe {
  return restorationRecipeSchema.parse({
    id: 'tiny',
    version: '1.0.0',
    title: 'Tiny',
    task: 'denoise',
    licence: 'MIT',
    architecture: { name: 'restoration-unet', parameters: { channels: [8, 8], blocks: [1, 1] } },
    data: { train: ['none'], validationPictures: 2, provenance: 'made by this test' },
    greyShare: 0.25,
    degradations: [{ kind: 'gaussian-noise', sigma: [0, 55] }],
    loss: 'l1',
    optimizer: { kind: 'adam', learningRate: 0.003, warmupSteps: 5, clipNorm: 1 },
    stages: [
      { steps: 40, patch: 16, batch: 4 },
      { steps: 20, patch: 24, batch: 4 },
    ],
    validation: { everySteps: 20, crop: 48, sigmas: [25] },
    seed: 3,
    ...changes,
  })
}
