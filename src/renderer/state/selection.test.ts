import { beforeEach, describe, expect, it } from 'vitest'
import { Selection } from './selection.svelte.ts'

const plain = { shift: false, toggle: false }
const shift = { shift: true, toggle: false }
const toggle = { shift: false, toggle: true }

describe('choosing pictures on the strip', () => {
  let order: string[]
  let selection: Selection
  beforeEach(() => {
    order = ['a', 'b', 'c', 'd', 'e']
    selection = new Selection(() => order)
  })

  it('a click chooses one alone', () => {
    selection.click('b', plain)
    selection.click('d', plain)
    expect(selection.ids).toEqual(['d'])
    expect(selection.current).toBe('d')
  })

  it('Shift chooses from the first click to the second, in either direction', () => {
    selection.click('c', plain)
    selection.click('e', shift)
    expect(selection.ids).toEqual(['c', 'd', 'e'])
    selection.click('a', shift)
    expect(selection.ids).toEqual(['a', 'b', 'c'])
    expect(selection.current).toBe('a')
  })

  it('Ctrl takes in and out, and never leaves nothing chosen', () => {
    selection.click('a', plain)
    selection.click('d', toggle)
    expect(selection.ids).toEqual(['a', 'd'])
    selection.click('d', toggle)
    expect(selection.current).toBe('a')
    selection.click('a', toggle)
    expect(selection.ids).toEqual(['a'])
  })

  it('arrows stop at both ends; with Shift they grow the choice', () => {
    selection.click('d', plain)
    selection.move(1, { shift: true })
    selection.move(1, { shift: true })
    expect(selection.ids).toEqual(['d', 'e'])
    selection.move(-10, { shift: false })
    expect(selection.ids).toEqual(['a'])
  })

  it('when the shown picture goes, the next one is shown; after the last, the one before', () => {
    selection.click('c', plain)
    selection.leave(['c'])
    order = ['a', 'b', 'd', 'e']
    expect(selection.current).toBe('d')
    selection.click('e', plain)
    selection.leave(['d', 'e'])
    order = ['a', 'b']
    expect(selection.ids).toEqual(['b'])
    selection.leave(['a', 'b'])
    order = []
    expect(selection.current).toBeNull()
    expect(selection.ids).toEqual([])
  })
})
