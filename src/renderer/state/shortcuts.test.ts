import { describe, expect, it } from 'vitest'
import { actionOf, type KeyPress, takesOff } from './shortcuts.ts'

function press(key: string, keys: Partial<KeyPress> = {}): KeyPress {
  return { key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, repeat: false, ...keys }
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

  it('a held key restores and removes once; it moves and zooms on', () => {
    const held = { repeat: true }
    expect(actionOf(press('Delete'))).toBe('remove')
    expect(actionOf(press('Delete', held))).toBeNull()
    expect(actionOf(press('Enter', { ctrlKey: true, ...held }))).toBeNull()
    expect(actionOf(press('ArrowDown', held))).toBe('next')
    expect(actionOf(press('+', held))).toBe('zoom-in')
    expect(['Delete', 'Backspace', 'x'].map((key) => takesOff(press(key)))).toEqual([true, true, false])
    expect(takesOff(press('Backspace', held))).toBe(false)
  })

  it('leaves Alt to the system, and what only the strip knows to the strip', () => {
    expect(actionOf(press('o', { ctrlKey: true, altKey: true }))).toBeNull()
    expect(actionOf(press('ArrowDown', { shiftKey: true }))).toBeNull()
  })
})
