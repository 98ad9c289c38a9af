import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sharp } from '../imaging/libvips.ts'
import { loadDataset } from './dataset.ts'

let data: string
beforeAll(async () => {
  data = await mkdtemp(path.join(os.tmpdir(), 'limpid-dataset-'))
  await mkdir(path.join(data, 'photos'))
  for (let i = 0; i < 10; i++) await flat(`photos/${i}.png`, { r: i, g: 100, b: 200 })
  await mkdir(path.join(data, 'mixed'))
  const grey = sharp({ create: { width: 6, height: 4, channels: 3, background: '#404040' } })
  await grey.toColourspace('b-w').png().toFile(path.join(data, 'mixed/a-grey.png'))
  await flat('mixed/b-colour.png', { r: 9, g: 8, b: 7 })
  await writeFile(path.join(data, 'mixed/notes.txt'), 'not looked at')
})
afterAll(() => rm(data, { recursive: true, force: true }))

function flat(name: string, background: { r: number; g: number; b: number }) {
  return sharp({ create: { width: 6, height: 4, channels: 3, background } })
    .png()
    .toFile(path.join(data, name))
}

describe('a training set', () => {
  it('keeps some pictures apart, evenly spread, and none of them is trained on', async () => {
    const { train, validation } = await loadDataset(data, {
      train: ['photos'],
      pairs: [],
      validationPictures: 2,
    })
    expect(validation.map(({ name }) => name)).toEqual(['2.png', '7.png'])
    expect(train).toHaveLength(8)
    expect(train.some(({ name }) => name === '2.png')).toBe(false)
  })

  it('trains on no copy of a picture that is kept apart, by whatever name', async () => {
    await mkdir(path.join(data, 'copies'))
    await flat('copies/renamed.tif', { r: 2, g: 100, b: 200 })
    await flat('copies/other.png', { r: 77, g: 100, b: 200 })
    const names = async (train: string[], validationPictures: number) => {
      const dataset = await loadDataset(data, { train, pairs: [], validationPictures })
      return [dataset.train, dataset.validation].map((set) => set.map(({ name }) => name))
    }
    const [train, validation] = await names(['photos', 'copies'], 2)
    expect(validation).toEqual(['3.png', '9.png'])
    expect(train).toContain('renamed.tif')
    await flat('copies/renamed.tif', { r: 3, g: 100, b: 200 })
    expect(await names(['photos', 'copies'], 2)).toEqual([
      train.filter((name) => name !== 'renamed.tif'),
      validation,
    ])
    await mkdir(path.join(data, 'alike'))
    for (const name of ['a', 'b', 'c']) await flat(`alike/${name}.png`, { r: 1, g: 1, b: 1 })
    await expect(names(['alike'], 1)).rejects.toMatchObject({ code: 'data-missing' })
  })

  it('holds grey pictures as three equal channels, and reads nothing but pictures', async () => {
    const { train } = await loadDataset(data, {
      train: ['mixed', 'photos'],
      pairs: [],
      validationPictures: 1,
    })
    const grey = train.find(({ name }) => name === 'a-grey.png')
    expect(grey).toMatchObject({ width: 6, height: 4 })
    expect([...grey!.samples.slice(0, 3)]).toEqual([64, 64, 64])
    expect(train).toHaveLength(11)
  })

  it('names the folder that is missing, the picture that is damaged, and too small a set', async () => {
    await expect(
      loadDataset(data, { train: ['nowhere'], pairs: [], validationPictures: 1 }),
    ).rejects.toMatchObject({
      code: 'data-missing',
      file: path.join(data, 'nowhere'),
    })
    await expect(
      loadDataset(data, { train: ['mixed'], pairs: [], validationPictures: 2 }),
    ).rejects.toMatchObject({ code: 'data-missing' })
    await mkdir(path.join(data, 'damaged'))
    await writeFile(path.join(data, 'damaged/cut.png'), Buffer.from('89504e470d0a1a0a0000', 'hex'))
    await expect(
      loadDataset(data, { train: ['photos', 'damaged'], pairs: [], validationPictures: 1 }),
    ).rejects.toMatchObject({
      message: expect.stringContaining('cut.png'),
    })
  })

  it('takes what is transparent for white', async () => {
    await mkdir(path.join(data, 'icons'))
    const icon = sharp({ create: { width: 6, height: 4, channels: 4, background: '#00000000' } })
    await icon.png().toFile(path.join(data, 'icons/a.png'))
    await flat('icons/b.png', { r: 1, g: 2, b: 3 })
    const { train } = await loadDataset(data, { train: ['icons'], pairs: [], validationPictures: 1 })
    expect(train.map(({ name }) => name)).toEqual(['a.png'])
    expect([...new Set(train[0].samples)]).toEqual([255])
  })

  it('pairs pictures by name, keeps some pairs apart, and names one that does not fit', async () => {
    for (const half of ['image', 'clean']) {
      await mkdir(path.join(data, 'pages', half), { recursive: true })
      for (let i = 0; i < 4; i++)
        await flat(`pages/${half}/${i}.png`, { r: i, g: half === 'clean' ? 9 : 1, b: 0 })
    }
    const request = { train: ['photos'], pairs: ['pages'], validationPictures: 1 }
    const { train, validation } = await loadDataset(data, request)
    expect([train.length, validation.length]).toEqual([12, 2])
    expect(validation[0].degraded).toBeUndefined()
    expect([...validation[1].samples.slice(0, 2)]).toEqual([2, 9])
    expect([...validation[1].degraded!.slice(0, 2)]).toEqual([2, 1])

    await flat('pages/clean/5.png', { r: 0, g: 0, b: 0 })
    await expect(loadDataset(data, request)).rejects.toMatchObject({
      code: 'data-missing',
      file: path.join(data, 'pages/clean/5.png'),
    })
    await rename(path.join(data, 'pages/clean/5.png'), path.join(data, 'pages/image/5.png'))
    await expect(loadDataset(data, request)).rejects.toMatchObject({
      file: path.join(data, 'pages/image/5.png'),
      message: expect.stringContaining('has no partner'),
    })
    await flat('pages/clean/5.png', { r: 0, g: 0, b: 0 })
    await flat('pages/clean/5.webp', { r: 0, g: 0, b: 0 })
    await expect(loadDataset(data, request)).rejects.toThrow(/5\.png or .*5\.webp\?/)
    await rm(path.join(data, 'pages/clean/5.webp'))
    const tall = sharp({ create: { width: 6, height: 9, channels: 3, background: '#404040' } })
    await tall.png().toFile(path.join(data, 'pages/image/5.png'))
    await expect(loadDataset(data, request)).rejects.toThrow(/6 × 9 px, its clean half 6 × 4/)
  })
})
