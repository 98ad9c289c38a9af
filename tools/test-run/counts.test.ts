import { expect, test } from 'vitest'
import { closingLine, nothingRan, skipLines } from './counts.ts'
import { countReport } from './endToEnd.ts'

test('the closing line adds up all suites', () => {
  const skipped = [{ file: 'a.spec.ts', name: 'in Electron', reason: 'not there' }]
  const line = closingLine([
    { passed: 3, failed: 0, skipped: [] },
    { passed: 2, failed: 1, skipped },
  ])
  expect(line).toBe('5 passed, 1 failed, 1 skipped')
})

test("Playwright's report is counted through its nested suites, and a skip keeps its reason", () => {
  const outcome = (
    status: 'expected' | 'unexpected' | 'flaky' | 'skipped',
    annotations = [{ type: 'skip', description: 'no GPU' }],
  ) => ({
    projectName: 'chromium',
    status,
    annotations,
  })
  const counts = countReport({
    errors: [],
    suites: [
      {
        title: 'denoise.spec.ts',
        specs: [{ title: 'drops a photo', tests: [outcome('expected'), outcome('unexpected')] }],
        suites: [{ title: 'on the GPU', specs: [{ title: 'is fast', tests: [outcome('skipped')] }] }],
      },
    ],
  })
  expect(counts).toEqual({
    passed: 1,
    failed: 1,
    skipped: [{ file: 'denoise.spec.ts', name: '[chromium] is fast', reason: 'no GPU' }],
  })
})

test('a run that left no report, or an error outside any test, is a failure', () => {
  expect(countReport(null).failed).toBe(1)
  expect(countReport({ suites: [], errors: [{ message: 'no tests found' }] }).failed).toBe(1)
})

test('nothing ran only where no suite had a test, were it a skipped one', () => {
  const none = { passed: 0, failed: 0, skipped: [] }
  expect(nothingRan([])).toBe(true)
  expect(nothingRan([none, none])).toBe(true)
  expect(nothingRan([none, { ...none, passed: 1 }])).toBe(false)
  expect(nothingRan([{ ...none, failed: 1 }])).toBe(false)
  expect(nothingRan([{ ...none, skipped: [{ file: 'a.ts', name: 'one', reason: 'no GPU' }] }])).toBe(false)
})

test('skipped tests of one file and reason share a loud line', () => {
  const skip = (file: string, name: string, reason: string) => ({ file, name, reason })
  expect(
    skipLines([
      skip('a.ts', 'one', 'no GPU'),
      skip('a.ts', 'two', 'no GPU'),
      skip('b.ts', 'three', 'no GPU'),
    ]),
  ).toEqual(['!!! SKIPPED in a.ts (no GPU): one and 1 more', '!!! SKIPPED in b.ts (no GPU): three'])
})
