import { expect, test } from 'vitest'
import { count, fileSize, inWords, table } from './quantities.ts'

test.each([
  [80, '0.1 s'],
  [9_940, '9.9 s'],
  [9_960, '10 s'],
  [59_600, '1 min 0 s'],
  [200_000, '3 min 20 s'],
  [72 * 60_000, '1 h 12 min'],
])('%d ms is %s', (ms, words) => {
  expect(inWords(ms)).toBe(words)
})

test.each([
  [999, '999 B'],
  [12_345, '12 kB'],
  [3_140_000, '3.1 MB'],
  [2_050_000_000, '2.05 GB'],
])('%d bytes are %s', (bytes, words) => {
  expect(fileSize(bytes)).toBe(words)
})

test('nouns have a plural', () => {
  expect([0, 1, 2].map((number) => count(number, 'picture'))).toEqual([
    '0 pictures',
    '1 picture',
    '2 pictures',
  ])
})

test('a table aligns its columns, numbers to the right', () => {
  expect(
    table(
      [
        ['noisy', '20.18'],
        ['a model', '9.1'],
      ],
      [1],
    ),
  ).toBe('noisy    20.18\na model    9.1')
})
