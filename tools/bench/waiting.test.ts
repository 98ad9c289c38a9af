import { spawn } from 'node:child_process'
import { expect, it } from 'vitest'
import { childProcesses, schedulingOf, shareOfCores } from './waiting.ts'

it('is the share of the time in which threads that wanted to compute had a core', () => {
  const before = { running: 1000, waiting: 100 }
  expect(shareOfCores(before, { running: 1300, waiting: 200 })).toBe(0.75)
  expect(shareOfCores(before, { running: 1300, waiting: 100 })).toBe(1)
})

it('is taken for all of it where nothing is known', () => {
  expect(shareOfCores(null, null)).toBe(1)
  // A thread has ended, and its numbers with it.
  expect(shareOfCores({ running: 5, waiting: 500 }, { running: 10, waiting: 3 })).toBe(1)
})

it.skipIf(process.platform !== 'linux')('is read of a process that this one has started', async () => {
  const child = spawn(process.execPath, ['-e', 'for (;;);'])
  try {
    await new Promise((resolve) => child.once('spawn', resolve))
    expect(childProcesses()).toContain(child.pid)
    const before = schedulingOf(child.pid!)!
    await expect.poll(() => schedulingOf(child.pid!)!.running).toBeGreaterThan(before.running + 1e6)
  } finally {
    child.kill('SIGKILL')
  }
  expect(schedulingOf(2 ** 30)).toBeNull()
})
