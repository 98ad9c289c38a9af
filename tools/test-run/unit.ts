import { relative } from 'node:path'
import { startVitest } from 'vitest/node'
import type { Counts } from './counts.ts'

/** Runs the unit and integration tests, all or those whose file path contains one of `filters`. */
export async function runUnitTests(root: string, filters: string[]): Promise<Counts> {
  const vitest = await startVitest(filters, { root, run: true, watch: false })
  const counts: Counts = { passed: 0, failed: 0, skipped: [] }
  for (const module of vitest.state.getTestModules()) {
    // A file that could not even be loaded holds no test that could fail.
    if (module.errors().length > 0) counts.failed++
    for (const test of module.children.allTests()) {
      const result = test.result()
      if (result.state === 'passed') counts.passed++
      else if (result.state === 'failed') counts.failed++
      else if (result.state === 'skipped') {
        const file = relative(root, module.moduleId)
        counts.skipped.push({ file, name: test.fullName, reason: result.note ?? 'no reason given' })
      } else counts.failed++ // Never ended.
    }
  }
  counts.failed += vitest.state.getUnhandledErrors().length
  await vitest.close()
  return counts
}
