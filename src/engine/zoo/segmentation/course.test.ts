/** From files to a trained network and back: each kind of target learned small, and measured. */
import { cp, mkdtemp, readdir } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { SegmentationRecipe } from '../../../contract/segmentation-recipe.ts'
import { chooseBackend } from '../../backends/choose.ts'
import { describePicture } from '../../imaging/decode.ts'
import { train } from '../../training/trainer.ts'
import { segmentationCourse } from './course.ts'
import { evaluateSegmentation } from './evaluate.ts'
import { loadLabelledPictures } from './labelled-pictures.ts'
import { measureSegmentation } from './measure.ts'
import { withSegmenter } from './open-segmenter.ts'
import { labelRecipe, maskRecipe } from './testing/recipes.ts'
import { makeShapes } from './testing/shapes.ts'

let data: string
let test: string
beforeAll(async () => {
  await chooseBackend()
  data = await makeShapes(16, { seed: 1 })
  test = await makeShapes(6, { seed: 2 })
})

async function learn(recipe: SegmentationRecipe) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'limpid-segment-'))
  const { learner, schedule, save } = await segmentationCourse(recipe, data)
  const runFolder = path.join(folder, 'run')
  const { best } = await train({ recipe, learner, schedule, runFolder })
  const model = path.join(folder, 'model')
  await save(model)
  learner.model.dispose()
  return { model, best, samples: path.join(runFolder, 'samples') }
}

describe('a U-Net', () => {
  it('learns a mask from random crops, and finds it in whole pictures that it never saw', async () => {
    const recipe = maskRecipe({ augmentation: { turn: true, light: 0.1 }, test })
    const { model, best, samples } = await learn(recipe)
    const { figures, count, parameterCount } = await measureSegmentation(model, data)
    expect(figures.F1).toBeGreaterThan(0.9)
    expect(figures['IoU of disc']).toBe(figures.IoU)
    expect(figures.IoU).toBeCloseTo(figures.F1 / (2 - figures.F1), 9)
    expect(count).toBe(6)
    expect(parameterCount).toBeGreaterThan(1000)
    expect(best!.figures.F1).toBeGreaterThan(0.9)
    expect(await readdir(samples)).toEqual(['step-000040.png'])
    expect(await describePicture(path.join(samples, 'step-000040.png'))).toMatchObject({ width: 736 })
  })
})

describe('a SegNet', () => {
  it('learns classes from resized pictures, measured at their own size; saved, it finds the same', async () => {
    const recipe = labelRecipe({ width: 32, height: 16, test })
    const { model } = await learn(recipe)
    const { figures } = await measureSegmentation(model, data)
    // Half the pixels are not seen at all: edges are lost, but no shape.
    expect(figures['mean IoU']).toBeGreaterThan(0.6)
    expect(Object.keys(figures)).toContain('IoU of square')
  })
})

describe('the plain autoencoder', () => {
  it('learns to draw the label picture, each class in its colour', async () => {
    const architecture = {
      name: 'segmentation-autoencoder',
      parameters: { filters: { down: [8, 16, 16], bottom: [32, 32] } },
    }
    const recipe = labelRecipe(
      { test, height: 32 },
      { id: 'shapes-autoencoder', architecture, loss: { kind: 'mse' } },
    )
    const { model } = await learn(recipe)
    const { figures } = await measureSegmentation(model, data)
    expect(figures.accuracy).toBeGreaterThan(0.8)
    // Through a grid of 3 × 2 features: there, but blurred.
    expect(figures['IoU of disc']).toBeGreaterThan(0.2)
    expect(figures['IoU of disc']).toBeLessThan(0.9)
  })
})

describe('a course', () => {
  it('keeps validation pictures apart, evenly spread, or takes a folder of them', async () => {
    const { learner } = await segmentationCourse(maskRecipe({ validationShare: 0.25 }), data)
    expect((await learner.validate()).figures).toHaveProperty('F1')
    await expect(segmentationCourse(maskRecipe(), await makeShapes(1))).rejects.toThrow(
      /One pair .* is too few/,
    )
    const other = await segmentationCourse(maskRecipe({ validation: test }), data)
    for await (const batch of other.learner.batches(0)) {
      expect(other.learner.pixels(batch)).toBe(4 * 32 * 32)
      break
    }
  })

  it('trains on no copy of what it is validated with', async () => {
    const [twice, other] = [await makeShapes(1), await makeShapes(1, { seed: 2 })]
    for (const kind of ['image', 'mask']) {
      const [name] = await readdir(path.join(twice, kind))
      await cp(path.join(twice, kind, name), path.join(twice, kind, `again-${name}`))
    }
    await expect(segmentationCourse(maskRecipe(), twice)).rejects.toThrow(/2 pairs .* are too few/)
    await expect(segmentationCourse(maskRecipe({ validation: twice }), twice)).rejects.toThrow(/too few/)
    const { learner } = await segmentationCourse(maskRecipe({ validation: other }), twice)
    learner.model.dispose()
  })

  it('refuses a network that does not fit its task, or its pictures’ size', async () => {
    const two = { name: 'unet', parameters: { filters: 4, depth: 2, outputChannels: 2 } }
    const wrong = maskRecipe({}, { architecture: two })
    await expect(segmentationCourse(wrong, data)).rejects.toThrow(/has 2 outputs; its task takes 1/)
    await expect(segmentationCourse(maskRecipe({ width: 30 }), data)).rejects.toThrow(
      /multiples of 4, not 30 × 32/,
    )
  })
})

describe('figures of masks', () => {
  it('are 0 where all is missed, and none where there is nothing to find and nothing is found', async () => {
    const { model } = await learn(
      maskRecipe({}, { training: { ...maskRecipe().training, length: { steps: 1 } } }),
    )
    await withSegmenter(model, async (segmenter) => {
      const [picture] = await loadLabelledPictures(test, segmenter.recipe.data)
      const blank = Object.assign(Object.create(segmenter), {
        labels: async () => new Uint8Array(picture.labels.length),
      })
      const nothing = { ...picture, labels: new Uint8Array(picture.labels.length) }
      const found = await evaluateSegmentation(blank, [nothing])
      expect([found.figures, found.score]).toEqual([{ accuracy: 1 }, 1])
      expect((await evaluateSegmentation(blank, [picture])).figures).toMatchObject({ F1: 0, IoU: 0 })
    })
  })
})
