import { expect, test } from 'vitest'
import { formatOfName, outputFormatOfName } from './picture-files.ts'

test.each([
  ['photo.JPG', 'jpeg'],
  ['/a.b/photo.jfif', 'jpeg'],
  ['C:\\scans\\page 9.TIF', 'tiff'],
  ['x.tar.avif', 'avif'],
  ['photo', null],
  ['folder.png/photo', null],
  ['folder.png\\photo', null],
  ['notes.txt', null],
])('%s is named as %s', (name, format) => {
  expect(formatOfName(name)).toBe(format)
})

test('what can be read can be written, but for GIF', () => {
  const names = ['a.jpe', 'a.gif', 'a.txt', '.webp']
  expect(names.map(outputFormatOfName)).toEqual(['jpeg', null, null, 'webp'])
})
