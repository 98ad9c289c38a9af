import { expect, test } from 'vitest'
import { shortStem } from './short-stem.ts'

test.each([
  ['', ''],
  ['x'.repeat(200), 'x'.repeat(200)],
  ['x'.repeat(201), 'x'.repeat(200)],
  ['写'.repeat(120), '写'.repeat(66)],
  ['e\u0301'.repeat(80), 'e\u0301'.repeat(66)],
  // A family of four is one character of 25 bytes.
  ['👨‍👩‍👧‍👦'.repeat(9), '👨‍👩‍👧‍👦'.repeat(8)],
])('%j is cut to %j', (stem, short) => {
  expect(shortStem(stem)).toBe(short)
})
