import { expect, it } from 'vitest'
import { remainingTime } from './remaining-time.ts'

it('time left counts from where this call began, not from zero', () => {
  let clock = 1000
  const remaining = remainingTime(() => clock)
  expect(remaining(0)).toBeNull() // reads its pictures; a checkpoint says that 0.6 were done before
  clock += 50
  expect(remaining(0.6)).toBeNull()
  clock += 100
  expect(remaining(0.7)).toBeCloseTo(300)
  clock += 300
  expect(remaining(1)).toBe(0)
})
