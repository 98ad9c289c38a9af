import { expect, test } from 'vitest'
import { announcement } from './announcement.ts'

test('the same words are said again, however often', () => {
  let said = ''
  for (let time = 0; time < 3; time++) {
    const next = announcement('a.png is done.', said)
    expect(next).not.toBe(said)
    expect(next.trim()).toBe('a.png is done.')
    said = next
  }
})
