import { expect, it } from 'vitest'
import { characterErrorRate, editDistance } from './edit-distance.ts'

it('counts the fewest edits', () => {
  expect(editDistance('kitten', 'sitting')).toBe(3)
  expect(editDistance('', 'abc')).toBe(3)
  expect(editDistance('abc', '')).toBe(3)
  expect(editDistance('flaw', 'lawn')).toBe(2)
  expect(editDistance('naïve 🙂', 'naive 🙂')).toBe(1)
})

it('is a rate of the true characters, white space aside', () => {
  expect(characterErrorRate(' The  quick\nfox\n', 'The quick fox')).toBe(0)
  expect(characterErrorRate('Tha quick fax', 'The quick fox')).toBeCloseTo(2 / 13, 12)
  expect(characterErrorRate('', 'four')).toBe(1)
})
