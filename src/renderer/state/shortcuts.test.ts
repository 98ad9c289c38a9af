import { describe, expect, it } from 'vitest'
import { actionOf, type KeyPress } from './shortcuts.ts'

function press(key: string, keys: Partial<KeyPress> = {}): KeyPress {
  return { key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...keys }
}

describe('shortcuts', () => {
  it('Ctrl and Command do the same', () => {
    expect(actionOf(press('o', { ctrlKey: true }))).toBe('open')
    expect(actionOf(press('o', { metaKey: true }))).toBe('open')
  })

  it('a letter alone is not the letter with Ctrl', () => {
    expect(actionOf(press('s'))).toBe('split')
    expect(actionOf(press('s', { ctrlKey: true }))).toBe('save')
    expect(actionOf(press('S', { ctrlKey: true, shiftKey: true }))).toBe('save-as')
    expect(actionOf(press('o'))).toBeNull()
  })

  it('signs count whether or not a keyboard needs Shift for them', () => {
    expect(actionOf(press('?', { shiftKey: true }))).toBe('help')
    expect(actionOf(press('+', { shiftKey: true }))).toBe('zoom-in')
    expect(actionOf(press('+'))).toBe('zoom-in')
  })

  it('leaves Alt to the system, and what only the strip knows to the strip', () => {
    expect(actionOf(press('o', { ctrlKey: true, altKey: true }))).toBeNull()
    expect(actionOf(press('ArrowDown', { shiftKey: true }))).toBeNull()
  })
})
