import * as fs from 'node:fs/promises'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { inTemporaryFolder } from '../../../test/fixtures/pictures.ts'
import { findPictures } from './find-pictures.ts'

/** Makes empty files (and the folders that they lie in). */
async function touch(folder: string, names: string[]): Promise<void> {
  for (const name of names) {
    await fs.mkdir(join(folder, name, '..'), { recursive: true })
    await fs.writeFile(join(folder, name), '')
  }
}

test('a folder gives its pictures and those below it, in the order a person would put them', () =>
  inTemporaryFolder(async (folder) => {
    await touch(folder, [
      'scan 10.tif',
      'scan 9.TIF',
      'scan 1.jpeg',
      'B.png',
      'a.webp',
      'notes.txt',
      '.hidden.jpg',
      '.git/inside.png',
      'model.json',
      'roll 2/1.avif',
      'roll 10/1.gif',
      'roll 10/deeper/x.jfif',
    ])
    const { pictures, errors } = await findPictures([folder])
    expect(pictures.map((path) => relative(folder, path).replaceAll('\\', '/'))).toEqual([
      'a.webp',
      'B.png',
      'scan 1.jpeg',
      'scan 9.TIF',
      'scan 10.tif',
      'roll 2/1.avif',
      'roll 10/1.gif',
      'roll 10/deeper/x.jfif',
    ])
    expect(errors).toEqual([])
  }))

test('named files keep their order, are taken whatever they are called, and come once', () =>
  inTemporaryFolder(async (folder) => {
    await touch(folder, ['2.jpg', '1.jpg', 'no-extension', '.hidden.jpg'])
    const named = ['2.jpg', 'no-extension', '1.jpg', '.hidden.jpg', '2.jpg', '.'].map((name) =>
      join(folder, name),
    )
    const { pictures } = await findPictures(named)
    expect(pictures).toEqual(
      ['2.jpg', 'no-extension', '1.jpg', '.hidden.jpg'].map((name) => join(folder, name)),
    )
  }))

test('what is wrong with one path is said, and the others are there all the same', () =>
  inTemporaryFolder(async (folder) => {
    await touch(folder, ['good/1.jpg', 'empty/notes.txt', 'empty/.thumb.jpg'])
    const paths = ['missing.jpg', 'empty', 'good'].map((name) => join(folder, name))
    const { pictures, errors } = await findPictures(paths)
    expect(pictures).toEqual([join(folder, 'good', '1.jpg')])
    expect(errors).toEqual([
      expect.objectContaining({
        code: 'file-not-found',
        file: paths[0],
        message: expect.stringContaining('missing.jpg'),
      }),
      expect.objectContaining({
        code: 'folder-empty',
        file: paths[1],
        message: expect.stringContaining('empty'),
      }),
    ])
    for (const error of errors) expect(error.hint).toBeTruthy()
  }))

test.skipIf(process.platform === 'win32')(
  'links are followed, but not in circles, and a broken one is said',
  () =>
    inTemporaryFolder(async (folder) => {
      await touch(folder, ['a/1.jpg', 'b/2.jpg'])
      await fs.symlink('..', join(folder, 'a', 'up'))
      await fs.symlink('../b', join(folder, 'a', 'b'))
      await fs.symlink('../a', join(folder, 'b', 'a'))
      await fs.symlink('1.jpg', join(folder, 'a', 'same.jpg'))
      await fs.symlink('gone.jpg', join(folder, 'b', 'broken.jpg'))
      await fs.symlink('circle.jpg', join(folder, 'circle.jpg'))
      const { pictures, errors } = await findPictures([folder])
      expect(pictures.map((path) => path.split('/').at(-1))).toEqual(['1.jpg', '2.jpg'])
      expect(errors.map((error) => error.message).sort()).toEqual([
        'broken.jpg was not found.',
        'circle.jpg could not be read (ELOOP).',
      ])
    }),
)

test('no paths, no pictures', async () => {
  expect(await findPictures([])).toEqual({ pictures: [], errors: [] })
})

// Root may read anything, so that a folder without permission stops only other users.
test.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
  'a folder that may not be read is said',
  () =>
    inTemporaryFolder(async (folder) => {
      await touch(folder, ['1.jpg', 'locked/2.jpg'])
      await fs.chmod(join(folder, 'locked'), 0)
      const { pictures, errors } = await findPictures([folder])
      await fs.chmod(join(folder, 'locked'), 0o700)
      expect(pictures).toEqual([join(folder, '1.jpg')])
      expect(errors).toMatchObject([{ code: 'file-unreadable', file: join(folder, 'locked') }])
    }),
)
