/** What the tests of the Lab share: a recipe of the zoo, and data. */
import type { LabData, LabSystem } from '../../contract/lab-run.ts'
import type { AutoencoderRecipe } from '../../contract/zoo-recipe.ts'

export const DENSE_RECIPE: AutoencoderRecipe = {
  id: 'dense-autoencoder',
  version: '1.0.0',
  title: 'Dense',
  licence: 'MIT',
  task: 'autoencode',
  architecture: { name: 'dense-autoencoder', parameters: { code: 64 } },
  data: { kind: 'mnist', folder: 'mnist', validation: 2000, provenance: 'MNIST' },
  corruption: { kind: 'none' },
  loss: { reconstruction: 'mse', weight: 1, penalty: { kind: 'none' } },
  training: {
    method: 'gradient',
    batch: 64,
    length: { epochs: 2 },
    optimizer: { kind: 'adam', learningRate: 0.003, warmupSteps: 10, clipNorm: 1 },
  },
  seed: 1,
}

export const dense: LabSystem = { id: DENSE_RECIPE.id, title: 'Dense autoencoder', recipe: DENSE_RECIPE }

export function someData(findings: Partial<LabData['findings']> = {}): LabData {
  const size = { width: 32, height: 32, count: 100 }
  const found = { kind: 'pictures', folder: '/home/me/leaves', count: 100, sizes: [size] } as const
  return {
    id: 'd',
    title: 'leaves',
    findings: { ...found, sizes: [size], channels: 3, labels: null, problems: [], ...findings },
  }
}
