import { expect, test } from 'vitest'
import { type LabSystem, labSettingsSchema } from '../../contract/lab-run.ts'
import type { SegmentationRecipe } from '../../contract/segmentation-recipe.ts'
import { recipeFor } from './recipe-for.ts'
import { DENSE_RECIPE, dense, someData } from './testing.ts'

const { version, title, licence, seed } = DENSE_RECIPE
const unetRecipe: SegmentationRecipe = {
  id: 'unet',
  version,
  title,
  licence,
  seed,
  task: 'segment',
  architecture: { name: 'unet', parameters: { filters: 8, outputChannels: 1 } },
  data: { kind: 'masks', train: 'a', validationShare: 0.1, width: 64, height: 64, provenance: '' },
  loss: { kind: 'dice' },
  training: {
    method: 'gradient',
    batch: 4,
    length: { steps: 600 },
    optimizer: { kind: 'adam', learningRate: 0.002, warmupSteps: 20, clipNorm: 5 },
  },
}
const unet: LabSystem = { id: 'unet', title: 'U-Net', recipe: unetRecipe }

test('a recipe takes the data’s shape and the settings, and names no folder of this computer', () => {
  const recipe = recipeFor(dense, someData(), { steps: 700, code: 5, learningRate: 0.01 }, 'dense-1')
  expect(recipe).toMatchObject({
    id: 'dense-1',
    architecture: { parameters: { code: 5 } },
    data: { kind: 'pictures', folder: 'leaves', size: 32, channels: 3 },
    training: { length: { steps: 700 }, batch: 64, optimizer: { learningRate: 0.01, warmupSteps: 10 } },
  })
  expect(JSON.stringify(recipe)).not.toContain('/home/me')
})

test('pictures of mixed sizes are cropped or resized only when somebody said so', () => {
  const sizes = [
    { width: 32, height: 32, count: 90 },
    { width: 48, height: 32, count: 10 },
  ]
  const mixed = someData({ sizes })
  expect(() => recipeFor(dense, mixed, {}, 'a')).toThrow(/48 × 32 px, the network sees 32 × 32/)
  expect(recipeFor(dense, mixed, { fit: 'crop' }, 'a')).toMatchObject({ data: { fit: 'crop' } })
  expect(() => recipeFor(dense, someData(), { size: 16 }, 'a')).toThrow(/crop|sees 16/)
})

test('what does not fit is refused: masks for an autoencoder, pictures alone for a U-Net', () => {
  expect(() => recipeFor(dense, someData({ kind: 'masks' }), {}, 'a')).toThrow(/learns from pictures alone/)
  expect(() => recipeFor(unet, someData(), {}, 'a')).toThrow(/must be marked/)
})

test('labels decide the classes; one out of range is told with its number', () => {
  const labelled = someData({ kind: 'labels', labels: [0, 1, 4, 9] })
  const recipe = recipeFor(unet, labelled, { fit: 'crop', classes: 5, void: 9 }, 'a')
  expect(recipe).toMatchObject({
    data: { kind: 'labels', void: 9, train: 'leaves' },
    architecture: { parameters: { outputChannels: 5, activation: 'linear' } },
    loss: { kind: 'cross-entropy' },
  })
  expect(() => recipeFor(unet, labelled, { fit: 'crop', classes: 5 }, 'a')).toThrow(/has the label 9/)
  expect(recipeFor(unet, labelled, { fit: 'crop' }, 'a')).toMatchObject({
    architecture: { parameters: { outputChannels: 10 } },
  })
})

test('a label too high for a class is to be the one that counts for nothing, however many classes are asked for', () => {
  const pascal = someData({ kind: 'labels', labels: [...Array(21).keys(), 255] })
  const refused = {
    message: 'leaves has the label 255; a class is 0 to 254.',
    hint: 'Say that 255 is the label that counts for nothing.',
  }
  for (const classes of [undefined, 21, 255]) {
    expect(() => recipeFor(unet, pascal, { fit: 'crop', classes }, 'a')).toThrow(
      expect.objectContaining(refused),
    )
  }
  const recipe = recipeFor(unet, pascal, { fit: 'crop', void: 255 }, 'a')
  expect(recipe).toMatchObject({ data: { void: 255 }, architecture: { parameters: { outputChannels: 21 } } })
  const sixteenBit = someData({ kind: 'labels', labels: [0, 1, 65535] })
  const settings = labSettingsSchema.parse({ fit: 'crop', void: 65535 })
  expect(recipeFor(unet, sixteenBit, settings, 'a')).toMatchObject({ data: { void: 65535 } })
  const several = someData({ kind: 'labels', labels: [0, 1, 255, 65535] })
  expect(() => recipeFor(unet, several, { fit: 'crop' }, 'a')).toThrow(
    expect.objectContaining({ hint: 'Number the classes in the label pictures from 0 on.' }),
  )
})

test('as many classes may be asked for as a recipe can have', () => {
  const labelled = someData({ kind: 'labels', labels: [0, 254] })
  const settings = labSettingsSchema.parse({ fit: 'crop', classes: 255 })
  expect(recipeFor(unet, labelled, settings, 'a')).toMatchObject({
    architecture: { parameters: { outputChannels: 255 } },
  })
  expect(labSettingsSchema.safeParse({ classes: 256 }).success).toBe(false)
})
