import { describe, expect, test } from 'vitest'
import {
  checkQuality,
  type Destination,
  destinationOf,
  type InputFile,
  losslessFormatOf,
  maskTargetOf,
  targetOf,
  withoutResults,
} from './targets.ts'

const question = { cwd: '/home/ada', singleFile: true, isFolder: false }
const beside: Destination = { kind: 'beside-original' }
const photo: InputFile = { path: '/photos/cat.JPG', below: '' }

describe('what --output means', () => {
  test('nothing given: beside the originals', () => {
    expect(destinationOf(undefined, question)).toEqual(beside)
  })

  test('one picture and a name with an extension: that file', () => {
    expect(destinationOf('out/clean.png', question)).toEqual({
      kind: 'file',
      path: '/home/ada/out/clean.png',
    })
  })

  test.each([
    ['a name without extension', 'clean', {}],
    ['a name that ends in a slash', 'clean.png/', {}],
    ['a folder that is there, whatever its name', 'my.photos', { isFolder: true }],
    ['any name, for several pictures', 'clean.png', { singleFile: false }],
  ])('%s: a folder', (_, output, more) => {
    expect(destinationOf(output, { ...question, ...more }).kind).toBe('folder')
  })

  test('a file in a format that cannot be written is refused, and the error names those that can', () => {
    expect(() => destinationOf('clean.bmp', question)).toThrow('clean.bmp')
    try {
      destinationOf('clean.bmp', question)
    } catch (error) {
      expect(error).toMatchObject({ code: 'bad-request', hint: expect.stringContaining('.png') })
    }
  })

  test('a name and a --format that contradict each other are refused', () => {
    expect(() => destinationOf('clean.png', { ...question, format: 'jpeg' })).toThrow(/png.*jpeg/)
    expect(destinationOf('clean.jpeg', { ...question, format: 'jpeg' }).kind).toBe('file')
  })
})

describe('where a result goes', () => {
  test('beside the original: its name with -limpid, and its extension as it is written', () => {
    expect(targetOf(photo, beside)).toBe('/photos/cat-limpid.JPG')
  })

  test('into another folder: under its own name', () => {
    expect(targetOf(photo, { kind: 'folder', path: '/clean' })).toBe('/clean/cat.JPG')
  })

  test("into the original's own folder: never onto the original", () => {
    expect(targetOf(photo, { kind: 'folder', path: '/photos' })).toBe('/photos/cat-limpid.JPG')
  })

  test('from a folder that was searched: the folders below it are kept', () => {
    const found = { path: '/photos/2024/may/cat.jpg', below: '2024/may' }
    expect(targetOf(found, { kind: 'folder', path: '/clean' })).toBe('/clean/2024/may/cat.jpg')
    expect(targetOf(found, { kind: 'folder', path: '/photos' })).toBe('/photos/2024/may/cat-limpid.jpg')
  })

  test.each([
    ['tiff', '/photos/cat-limpid.tif'],
    ['png', '/photos/cat-limpid.png'],
    ['jpeg', '/photos/cat-limpid.JPG'],
  ] as const)('--format %s decides the extension', (format, target) => {
    expect(targetOf(photo, beside, format)).toBe(target)
  })

  test.each(['cat.gif', 'cat', 'cat.v2'])(
    '%s, which is in no format that can be written, becomes a PNG',
    (name) => {
      expect(targetOf({ path: `/photos/${name}`, below: '' }, beside)).toMatch(/-limpid\.png$/)
    },
  )
})

test('a quality is refused where no result has one, and said where some have none', () => {
  expect(checkQuality(undefined, ['/a.png'])).toBeNull()
  expect(checkQuality(80, [])).toBeNull()
  expect(checkQuality(80, ['/a.jpg', '/a.WEBP', '/a.avif'])).toBeNull()
  expect(checkQuality(80, ['/a.jpg', '/b.png', '/c.tif'])).toContain('2 of 3 results')
  expect(() => checkQuality(80, ['/a.png', '/b.png'])).toThrow('--quality has no effect on .png files')
})

test('in black and white a page becomes a PNG, or stays a TIFF', () => {
  const formats = ['a.jpg', 'a.webp', 'a.TIFF', 'a.png', 'a.gif'].map((name) =>
    losslessFormatOf({ path: `/scans/${name}`, below: '' }),
  )
  expect(formats).toEqual(['png', 'png', 'tiff', 'png', 'png'])
})

test('results of an earlier call are no pictures to clean, but a photo that is only named so is', () => {
  const files = [
    '/p/cat.jpg',
    '/p/cat-limpid.jpg',
    '/p/cat-limpid-2.png',
    '/p/dog-limpid.jpg',
    '/q/cat-limpid.jpg',
  ]
  expect(withoutResults(files)).toEqual(['/p/cat.jpg', '/p/dog-limpid.jpg', '/q/cat-limpid.jpg'])
})

test('a mask is named as Limpid’s, wherever its result goes, so that it is left out and nobody else’s is', () => {
  expect(maskTargetOf('/p/cat-limpid.png')).toBe('/p/cat-limpid-mask.png')
  expect(maskTargetOf('/p/cat-limpid-2.webp')).toBe('/p/cat-limpid-2-mask.png')
  expect(maskTargetOf('/cut/cat.jpg')).toBe('/cut/cat-limpid-mask.png')
  const saved = ['/p/cat-limpid.png', '/p/cat-limpid-2.webp', '/p/cat.jpg'].map(maskTargetOf)
  const own = ['/p/cat.jpg', '/p/cat-mask.png', '/p/dog-limpid-mask.png']
  expect(withoutResults([...own, ...saved])).toEqual(own)
})
