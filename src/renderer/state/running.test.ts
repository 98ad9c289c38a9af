import { expect, it } from 'vitest'
import type { Job } from '../../contract/api.ts'
import { Running } from './running.svelte.ts'
import { aJob } from './testing/examples.ts'

function job(id: string, done: number | null): Job {
  const progress = done === null ? null : { done, label: 'Denoising', remainingMs: 1000 * (1 - done) }
  return aJob(id, { state: 'running', progress })
}

it('a job shows nothing until it reports, then its progress; the next one begins anew', () => {
  const running = new Running()
  running.report([job('a', null)], 0)
  running.frame(10)
  expect(running.done).toBeNull()
  running.report([job('a', 0.5)], 100)
  running.frame(600)
  expect(running.done).toBeGreaterThan(0.4)
  running.report([job('b', null)], 700)
  expect(running.done).toBeNull()
  running.report([job('b', 0.01)], 800)
  running.frame(810)
  expect(running.done).toBeLessThan(0.1)
  running.report([], 900)
  expect(running.of('b')).toBeNull()
  expect(running.done).toBeNull()
})

it('each of several at once has a progress of its own, and all have one together', () => {
  const running = new Running()
  running.report([job('a', 0.8), job('b', 0.2), job('c', null)], 0)
  running.frame(2000)
  const [a, b, c] = ['a', 'b', 'c'].map((id) => running.of(id)?.done)
  expect(a).toBeGreaterThan(0.7)
  expect(b).toBeGreaterThan(0.1)
  expect(b).toBeLessThan(0.5)
  expect(c).toBeNull()
  expect(running.done).toBeCloseTo((a! + b!) / 3, 5)
  // One that ends leaves the others where they are.
  running.report([job('b', 0.2), job('c', null)], 2000)
  expect(running.of('b')?.done).toBe(b)
})
