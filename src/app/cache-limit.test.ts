import { expect, test } from 'vitest'
import { keepCacheWithin } from './cache-limit.ts'
import type { PictureRecord } from './picture-store.ts'

/** Results of 10 bytes, the oldest first; a capital letter: it was saved. What is left of them. */
function left(results: string, room: { limitBytes: number; freeBytes: number }, busy = ''): string {
  const records = new Map(
    [...results].map((id, usedMs) => {
      const savedTo = id === id.toUpperCase() ? '/saved.png' : null
      return [id, { picture: { id, result: { savedTo } }, resultFile: 'r', resultBytes: 10, usedMs }]
    }),
  )
  const library = {
    records: [...records.values()] as unknown as PictureRecord[],
    dropResult: (id: string) => void records.delete(id),
  }
  const unsaved = keepCacheWithin(room, library, new Set(busy))
  const lost = [...results].filter((id) => !records.has(id) && id === id.toLowerCase())
  expect(unsaved).toBe(lost.length)
  return [...records.keys()].join('')
}

const plenty = Number.MAX_SAFE_INTEGER

test('what was saved goes first, the oldest first, and no more than must', () => {
  expect(left('aBcDe', { limitBytes: 50, freeBytes: plenty })).toBe('aBcDe')
  expect(left('aBcDe', { limitBytes: 40, freeBytes: plenty })).toBe('acDe')
  expect(left('aBcDe', { limitBytes: 30, freeBytes: plenty })).toBe('ace')
})

test('a night of results that were never saved stays, as long as they take no more than what is free', () => {
  expect(left('abcdefgh', { limitBytes: 20, freeBytes: plenty })).toBe('abcdefgh')
  expect(left('abcdefgh', { limitBytes: 20, freeBytes: 80 })).toBe('abcdefgh')
  // Dropping one makes room for another: 60 bytes of results, 70 free.
  expect(left('abcdefgh', { limitBytes: 20, freeBytes: 50 })).toBe('cdefgh')
  expect(left('abcdefgh', { limitBytes: 70, freeBytes: 0 })).toBe('bcdefgh')
})

test('what is at work stays, and the newest however large', () => {
  expect(left('ABCd', { limitBytes: 0, freeBytes: 0 }, 'B')).toBe('Bd')
  expect(left('D', { limitBytes: 0, freeBytes: 0 })).toBe('D')
})
