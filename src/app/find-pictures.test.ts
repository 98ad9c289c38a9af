import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findPictures } from './find-pictures.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'limpid-find-'))
})
afterEach(() => rmSync(root, { recursive: true }))

function write(...names: string[]): void {
  for (const name of names) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), '')
  }
}

async function found(): Promise<string[]> {
  return (await findPictures(root)).paths.map((path) => relative(root, path))
}

test('pictures come deeply and in natural order, a folder’s own first', async () => {
  write('img10.jpg', 'img2.JPG', 'img11.jfif', 'a/x.webp', 'a/b/y.tiff', 'notes.txt', 'photo.svg')
  expect(await found()).toEqual(['img2.JPG', 'img10.jpg', 'img11.jfif', 'a/x.webp', 'a/b/y.tiff'])
})

test('hidden files and folders are skipped', async () => {
  write('.hidden.jpg', '.cache/a.jpg', '._b.jpg', 'c.jpg')
  expect(await found()).toEqual(['c.jpg'])
})

test('links are followed, but not round and round', async () => {
  write('a/x.png')
  symlinkSync(root, join(root, 'a', 'loop'))
  symlinkSync(join(root, 'a'), join(root, 'z'))
  symlinkSync(join(root, 'a', 'x.png'), join(root, 'link.png'))
  symlinkSync(join(root, 'nowhere'), join(root, 'dangling.png'))
  expect(await found()).toEqual(['link.png', 'a/x.png'])
})

test('a folder that holds no picture is an error that names it', async () => {
  write('notes.txt')
  expect(await findPictures(root)).toMatchObject({
    paths: [],
    errors: [{ code: 'folder-empty', file: root }],
  })
})

test('a folder that is gone is an error of its own', async () => {
  const gone = join(root, 'gone')
  expect(await findPictures(gone)).toMatchObject({
    paths: [],
    errors: [{ code: 'file-not-found', file: gone }],
  })
})
