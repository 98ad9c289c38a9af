import { copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { encodePicture } from '../../imaging/encode.ts'
import { createRaster } from '../../imaging/raster.ts'
import { fitPictures } from './fit.ts'
import { loadLabelledPictures, VOID } from './labelled-pictures.ts'
import { labelRecipe, maskRecipe } from './testing/recipes.ts'
import { makeShapes } from './testing/shapes.ts'

const masks = maskRecipe().data
const labels = labelRecipe().data

describe('labelled pictures', () => {
  it('come in pairs of one name: masks as 0 and 1, labels as classes and void', async () => {
    const folder = await makeShapes(3)
    const pictures = await loadLabelledPictures(folder, masks)
    expect(pictures.map(({ name }) => name)).toEqual(['shape-0', 'shape-1', 'shape-2'])
    expect(pictures[0]).toMatchObject({ width: 48, height: 32 })
    expect(pictures[0].samples).toHaveLength(48 * 32 * 3)
    expect(new Set(pictures[0].labels)).toEqual(new Set([0, 1]))
    const [labelled] = await loadLabelledPictures(folder, labels)
    expect(new Set(labelled.labels)).toEqual(new Set([0, 1, 2, VOID]))
    expect(labelled.labels[0]).toBe(VOID)
  })

  it('are refused where one of a pair is missing, by its name', async () => {
    const folder = await makeShapes(2)
    await rename(path.join(folder, 'mask', 'shape-1.png'), path.join(folder, 'mask', 'other.png'))
    await expect(loadLabelledPictures(folder, masks)).rejects.toThrow(/shape-1.png has no mask of its name/)
    await rm(path.join(folder, 'image', 'shape-1.png'))
    await expect(loadLabelledPictures(folder, masks)).rejects.toThrow(/other.png has no picture of its name/)
  })

  it('are refused where two pictures, or two masks, have one name', async () => {
    const folder = await makeShapes(2)
    for (const half of ['image', 'mask']) {
      const [one, twin] = ['png', 'webp'].map((format) => path.join(folder, half, `shape-1.${format}`))
      await copyFile(one, twin)
      await expect(loadLabelledPictures(folder, masks)).rejects.toMatchObject({
        code: 'data-missing',
        message: `Which is half of a pair, ${one} or ${twin}?`,
      })
      await rm(twin)
    }
    expect(await loadLabelledPictures(folder, masks)).toHaveLength(2)
  })

  it('are refused with labels out of range, with the label and the file', async () => {
    const folder = await makeShapes(1)
    const withoutVoid = labelRecipe({ void: undefined }).data
    await expect(loadLabelledPictures(folder, withoutVoid)).rejects.toMatchObject({
      code: 'recipe-invalid',
      message: expect.stringMatching(/label[\\/]shape-0.png has the label 11; there are the classes 0 to 2/),
    })
  })

  it('are refused with a mask of another size, and out of an empty or missing folder', async () => {
    const folder = await makeShapes(1)
    const mask = path.join(folder, 'mask', 'shape-0.png')
    await encodePicture(createRaster(10, 10, 1, 8), null, { path: mask, overwrite: true })
    await expect(loadLabelledPictures(folder, masks)).rejects.toThrow(
      /is 10 × 10 px, but its picture 48 × 32 px/,
    )
    const empty = await mkdtemp(path.join(os.tmpdir(), 'limpid-empty-'))
    await expect(loadLabelledPictures(empty, masks)).rejects.toMatchObject({ code: 'data-missing' })
    await mkdir(path.join(empty, 'image'))
    await expect(loadLabelledPictures(empty, masks)).rejects.toMatchObject({ code: 'folder-empty' })
  })

  it('of 16 bits have their labels undivided, and a number that is no class is told', async () => {
    const folder = await makeShapes(1)
    const label = createRaster(48, 32, 1, 16)
    label.samples.set([0, 1, 2])
    const target = { path: path.join(folder, 'label', 'shape-0.png'), overwrite: true }
    await encodePicture(label, null, target)
    const [picture] = await loadLabelledPictures(folder, labels)
    expect([...picture.labels.subarray(0, 4)]).toEqual([0, 1, 2, 0])
    label.samples[5] = 300
    await encodePicture(label, null, target)
    await expect(loadLabelledPictures(folder, labels)).rejects.toThrow(/has the label 300/)
  })

  it('lie over white, their masks over black, where they are transparent', async () => {
    const folder = await makeShapes(1)
    const alpha = new Uint8Array(48 * 32)
    alpha[7] = 255
    const image = { ...createRaster(48, 32, 3, 8), alpha }
    const mask = { ...createRaster(48, 32, 1, 8), alpha }
    mask.samples.fill(255)
    for (const [name, raster] of Object.entries({ image, mask }))
      await encodePicture(raster, null, { path: path.join(folder, name, 'shape-0.png'), overwrite: true })
    const [picture] = await loadLabelledPictures(folder, masks)
    expect([...picture.samples.subarray(3 * 6, 3 * 9)]).toEqual([255, 255, 255, 0, 0, 0, 255, 255, 255])
    expect([...picture.labels.subarray(6, 9)]).toEqual([0, 1, 0])
  })

  it('are refused where no mask marks anything', async () => {
    const folder = await makeShapes(1)
    const mask = createRaster(48, 32, 1, 8)
    mask.samples.fill(1)
    const target = { path: path.join(folder, 'mask', 'shape-0.png'), overwrite: true }
    await encodePicture(mask, null, target)
    await expect(loadLabelledPictures(folder, masks)).rejects.toMatchObject({
      code: 'data-missing',
      message: expect.stringContaining('nothing is marked'),
      hint: expect.stringContaining('by 255'),
    })
  })

  it('are brought to the size of the network as the recipe says, or refused', async () => {
    const pictures = await loadLabelledPictures(await makeShapes(1), labels)
    const resized = await fitPictures(pictures, labelRecipe({ width: 24, height: 16 }).data)
    expect(resized[0].samples).toHaveLength(24 * 16 * 3)
    expect(resized[0].labels).toHaveLength(24 * 16)
    // Half the size: each label is one of the four that it stands for, none in between.
    expect(resized[0].labels[5 * 24 + 7]).toBe(pictures[0].labels[11 * 48 + 15])
    expect((await fitPictures(pictures, labelRecipe({ fit: 'crop', width: 24 }).data))[0]).toBe(pictures[0])
    const strict = labelRecipe({ fit: undefined, width: 24 }).data
    await expect(fitPictures(pictures, strict)).rejects.toThrow(/shape-0 is 48 × 32 px, not 24 × 32 px/)
  })
})
