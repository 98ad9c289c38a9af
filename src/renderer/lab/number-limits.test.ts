import { expect, test } from 'vitest'
import { brokenLimit } from './number-limits.ts'

test('a number outside its limits is told them', () => {
  const epochs = { min: 1, max: 10_000, whole: true }
  expect(brokenLimit(0, epochs)).toBe('A whole number from 1 to 10000.')
  expect(brokenLimit(1.5, epochs)).toBe('A whole number from 1 to 10000.')
  expect(brokenLimit(Number.NaN, epochs)).toBe('A whole number from 1 to 10000.')
  expect([1, 10_000].map((value) => brokenLimit(value, epochs))).toEqual(['', ''])
})

test('what must be more than 0 is not 0', () => {
  const rate = { above: 0, max: 1, whole: false }
  expect(brokenLimit(0, rate)).toBe('More than 0, at most 1.')
  expect(brokenLimit(1.5, rate)).toBe('More than 0, at most 1.')
  expect([1e-6, 1].map((value) => brokenLimit(value, rate))).toEqual(['', ''])
})
