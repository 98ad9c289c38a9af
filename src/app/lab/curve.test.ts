import { expect, test } from 'vitest'
import { withPoint } from './curve.ts'

test('a run that goes on from its checkpoint draws over what came after it', () => {
  let curve: [number, number][] = []
  for (const step of [10, 20, 30]) curve = withPoint(curve, step, 1 / step)
  expect(withPoint(curve, 20, 0.5)).toEqual([
    [10, 0.1],
    [20, 0.5],
  ])
})

test('a long curve stays drawable, in order, and keeps its newest point', () => {
  let curve: [number, number][] = []
  for (let step = 1; step <= 5000; step++) curve = withPoint(curve, step, step)
  expect(curve.length).toBeLessThanOrEqual(1200)
  expect(curve.at(-1)).toEqual([5000, 5000])
  expect(curve.map(([step]) => step)).toEqual(curve.map(([step]) => step).toSorted((a, b) => a - b))
  // Each tenth of the run as finely as the others.
  const tenths = Array.from(
    { length: 10 },
    (_, tenth) => curve.filter(([step]) => Math.ceil(step / 500) === tenth + 1).length,
  )
  expect(Math.min(...tenths)).toBeGreaterThan(60)
  expect(Math.max(...tenths)).toBeLessThan(240)
  expect(curve[0]).toEqual([1, 1])
})
