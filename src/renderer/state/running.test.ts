import { expect, it } from 'vitest'
import type { Job } from '../../contract/api.ts'
import { Running } from './running.svelte.ts'

function job(id: string, done: number | null): Job {
  const progress = done === null ? null : { done, label: 'Denoising', remainingMs: 1000 * (1 - done) }
  return { id, kind: 'restore', pictureId: 'p', state: 'running', progress, error: null, saved: null }
}

it('a job shows nothing until it reports, then its progress; the next one begins anew', () => {
  const running = new Running()
  running.report(job('a', null), 0)
  running.frame(10)
  expect(running.done).toBeNull()
  running.report(job('a', 0.5), 100)
  running.frame(600)
  expect(running.done).toBeGreaterThan(0.4)
  running.report(job('b', null), 700)
  expect(running.done).toBeNull()
  running.report(job('b', 0.01), 800)
  running.frame(810)
  expect(running.done).toBeLessThan(0.1)
  running.report(null, 900)
  expect(running.jobId).toBeNull()
})
