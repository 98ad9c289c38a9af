import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { type Recipe, recipeSchema } from '../../contract/recipe.ts'
import { withLearningRate } from './train.ts'

const recipe = (name: string): Recipe =>
  recipeSchema.parse(
    JSON.parse(readFileSync(path.join(import.meta.dirname, `../../../recipes/${name}.json`), 'utf8')),
  )

test('a learning rate takes the place of the recipe’s, whatever kind of recipe it is', () => {
  expect(withLearningRate(recipe('denoise-fast'), 1e-5)).toMatchObject({
    optimizer: { learningRate: 1e-5, kind: 'adam' },
  })
  expect(withLearningRate(recipe('zoo/dense-autoencoder'), 1e-5)).toMatchObject({
    training: { optimizer: { learningRate: 1e-5 }, batch: 256 },
  })
  const before = recipe('zoo/pca')
  expect(withLearningRate(before, undefined)).toBe(before)
  expect(() => withLearningRate(before, 1e-5)).toThrow('computed, not learned')
})
