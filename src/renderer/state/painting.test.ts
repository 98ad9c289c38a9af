import { expect, it } from 'vitest'
import { Painting, pathOf } from './painting.svelte.ts'
import { aPicture } from './testing.ts'

it('strokes are of the picture that was painted on, and are taken back one by one', () => {
  const painting = new Painting()
  painting.begin(aPicture('a'))
  painting.down({ x: 1, y: 2 })
  painting.to({ x: 3, y: 4 })
  painting.down({ x: 9, y: 9 })
  expect(painting.strokes('a').map(pathOf)).toEqual(['M1 2L3 4', 'M9 9L9 9'])
  painting.undo()
  expect(painting.strokes('a')).toHaveLength(1)
  painting.end()
  painting.down({ x: 5, y: 5 })
  expect(painting.strokes('a')).toHaveLength(1)
  expect(painting.strokes('b')).toEqual([])
})

it('the brush is as wide as a scratch of that picture', () => {
  const painting = new Painting()
  painting.begin(aPicture('a'))
  expect(painting.brush).toBe(50)
})
