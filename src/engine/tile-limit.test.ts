import { expect, test } from 'vitest'
import { tileLimit } from './tile-limit.ts'

const GB = 2 ** 30

test('tiles take no more memory than there is', () => {
  expect(tileLimit('tensorflow', 1, 16 * GB)).toBe(3.5e6)
  expect(tileLimit('tensorflow', 1, 3 * GB)).toBeLessThan(1.9e6)
  expect(tileLimit('wasm', 4, 64 * GB)).toBe(2e6)
  // Sixteen cores in a container of 4 GB: a quarter of it for all, at 800 bytes a pixel.
  expect(16 * 800 * tileLimit('wasm', 16, 4 * GB)).toBeCloseTo(GB)
})
