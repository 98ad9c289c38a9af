/**
 * `npm test`: the unit and integration tests, then the end-to-end suite.
 *
 *     -- --unit        without the end-to-end suite
 *     -- --e2e         the end-to-end suite alone
 *     -- src/engine    only the unit tests of files whose path contains this
 */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Counts, closingLine, nothingRan, skipLines } from './test-run/counts.ts'
import { runEndToEndTests } from './test-run/endToEnd.ts'
import { runUnitTests } from './test-run/unit.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const { values, positionals: filters } = parseArgs({
  options: { unit: { type: 'boolean' }, e2e: { type: 'boolean' } },
  allowPositionals: true,
})

const suites: Counts[] = []
if (!values.e2e) suites.push(await runUnitTests(root, filters))
if (!values.unit && filters.length === 0) suites.push(await endToEnd())

for (const line of skipLines(suites.flatMap((suite) => suite.skipped))) console.error(line)
if (nothingRan(suites)) {
  const why = values.e2e
    ? '--e2e goes with neither --unit nor a path'
    : `no unit test has ${filters.join(' or ')} in its path`
  console.error(`!!! No test ran: ${why}.`)
}
console.log(closingLine(suites))
process.exit(suites.some((suite) => suite.failed > 0) || nothingRan(suites) ? 1 : 0)

/** A build that fails is one failed test: the other suite's counts must still be printed. */
async function endToEnd(): Promise<Counts> {
  try {
    return await runEndToEndTests(root)
  } catch (error) {
    console.error((error as Error).message)
    return { passed: 0, failed: 1, skipped: [] }
  }
}
