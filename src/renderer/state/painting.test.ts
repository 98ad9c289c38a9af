import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Library } from './library.svelte.ts'
import { Painting, pathOf } from './painting.svelte.ts'
import { aPicture } from './testing/examples.ts'

let library: Library
beforeEach(() => {
  const kept = new Map<string, string>()
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  })
  library = new Library()
  for (const name of ['a', 'b']) library.apply({ type: 'picture', picture: aPicture(name) })
})
afterEach(() => vi.unstubAllGlobals())

const paths = (painting: Painting, id: string): string[] => painting.strokes(id).map(pathOf)

/** A dot at x, on the picture that is painted on. */
function dot(painting: Painting, x: number): string {
  painting.down({ x, y: 0 })
  return `M${x} 0L${x} 0`
}

/** Paints one dot over a picture and uses it as the mask at `path`. */
function maskOf(painting: Painting, id: string, path: string): string {
  painting.begin(aPicture(id), null)
  const painted = dot(painting, 7)
  painting.used(id, painting.strokes(id), path)
  return painted
}

it('strokes are of the picture that was painted on, and are taken back one by one', () => {
  const painting = new Painting(library)
  painting.begin(aPicture('a'), null)
  painting.down({ x: 1, y: 2 })
  painting.to({ x: 3, y: 4 })
  painting.down({ x: 9, y: 9 })
  expect(paths(painting, 'a')).toEqual(['M1 2L3 4', 'M9 9L9 9'])
  painting.undo()
  expect(painting.strokes('a')).toHaveLength(1)
  expect(painting.strokes('b')).toEqual([])
})

it('Clear is a step that Undo takes back, after what was painted since', () => {
  const painting = new Painting(library)
  painting.begin(aPicture('a'), null)
  expect(painting.canUndo('a')).toBe(false)
  const [first, second] = [dot(painting, 1), dot(painting, 2)]
  painting.clear()
  painting.clear() // there is nothing left to clear
  dot(painting, 3)
  painting.undo()
  expect(paths(painting, 'a')).toEqual([])
  expect(painting.canUndo('a')).toBe(true)
  painting.undo()
  expect(paths(painting, 'a')).toEqual([first, second])
  painting.undo()
  expect(paths(painting, 'a')).toEqual([first])
})

it('strokes are new until the mask in use is made of them', () => {
  const painting = new Painting(library)
  painting.begin(aPicture('a'), null)
  expect(painting.isNew('a', null)).toBe(false)
  dot(painting, 1)
  expect(painting.isNew('a', null)).toBe(true)
  painting.cancel()

  maskOf(painting, 'a', '/cache/1/a.mask.png')
  painting.begin(aPicture('a'), '/cache/1/a.mask.png')
  expect(painting.isNew('a', '/cache/1/a.mask.png')).toBe(false)
  dot(painting, 2)
  expect(painting.isNew('a', '/cache/1/a.mask.png')).toBe(true)
  painting.undo()
  expect(painting.isNew('a', '/cache/1/a.mask.png')).toBe(false)

  painting.giveUp(['a'])
  expect(painting.isNew('a', null), 'scratches were chosen in their place').toBe(false)
  painting.begin(aPicture('a'), null)
  expect(painting.isNew('a', null), 'they are painted on again').toBe(true)
})

it('what is put aside is gone on with, what is given up is not', () => {
  const painting = new Painting(library)
  painting.begin(aPicture('a'), null)
  const painted = dot(painting, 1)
  painting.putAside()
  expect(painting.pictureId).toBeNull()
  painting.begin(aPicture('a'), null)
  expect(paths(painting, 'a')).toEqual([painted])
  painting.begin(aPicture('b'), null)
  painting.giveUp(['a'])
  expect(painting.pictureId).toBe('b')
  expect(paths(painting, 'a')).toEqual([])
})

it('the brush is as wide as a scratch of that picture', () => {
  const painting = new Painting(library)
  painting.begin(aPicture('a'), null)
  expect(painting.brush).toBe(50)
})

it('cancelling leaves the strokes as they were: none, or those of the mask', () => {
  const painting = new Painting(library)
  painting.begin(aPicture('a'), null)
  dot(painting, 1)
  painting.cancel()
  expect(painting.pictureId).toBeNull()
  dot(painting, 2) // nothing is painted on
  painting.begin(aPicture('a'), null)
  expect(painting.strokes('a')).toEqual([])
  painting.cancel()

  const used = maskOf(painting, 'a', '/cache/1/a.mask.png')
  painting.begin(aPicture('a'), '/cache/1/a.mask.png')
  painting.clear()
  dot(painting, 3)
  painting.cancel()
  painting.begin(aPicture('a'), '/cache/1/a.mask.png')
  expect(paths(painting, 'a')).toEqual([used])
})

it('what is being painted waits while another picture is painted on', () => {
  const painting = new Painting(library)
  painting.begin(aPicture('a'), null)
  const waiting = dot(painting, 1)
  painting.begin(aPicture('b'), null)
  dot(painting, 2)
  painting.cancel()
  painting.begin(aPicture('a'), null)
  expect(paths(painting, 'a')).toEqual([waiting])
})

it('a mask can be touched up after the window was opened anew', () => {
  const used = maskOf(new Painting(library), 'a', '/cache/1/a.mask.png')
  const painting = new Painting(library)
  painting.begin(aPicture('a'), '/cache/1/a.mask.png')
  expect(painting.replaces).toBe(false)
  expect(paths(painting, 'a')).toEqual([used])
})

it('says so when it begins anew because the strokes of the mask in use are not known', () => {
  maskOf(new Painting(library), 'a', '/cache/1/a.mask.png')
  const painting = new Painting(library)
  painting.begin(aPicture('a'), '/cache/2/a.mask.png')
  expect(painting.strokes('a')).toEqual([])
  expect(painting.replaces).toBe(true)
  painting.cancel()
  painting.begin(aPicture('b'), null)
  expect(painting.replaces).toBe(false)
})

it('what is remembered of pictures that were taken off goes when the next mask is made', () => {
  const painting = new Painting(library)
  maskOf(painting, 'a', '/cache/1/a.mask.png')
  library.apply({ type: 'picture-removed', id: 'a' })
  maskOf(painting, 'b', '/cache/2/b.mask.png')
  const again = new Painting(library)
  again.begin(aPicture('a'), null)
  expect(again.strokes('a')).toEqual([])
  again.begin(aPicture('b'), null)
  expect(again.strokes('b')).toHaveLength(1)
})
