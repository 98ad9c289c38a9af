/** What came of a suite. */
export interface Counts {
  passed: number
  failed: number
  skipped: Skipped[]
}

export interface Skipped {
  file: string
  name: string
  reason: string
}

/** A loud line for every file and reason: a skip must not pass unseen, nor a hundred of them bury the rest. */
export function skipLines(skipped: Skipped[]): string[] {
  const groups = Map.groupBy(skipped, ({ file, reason }) => `${file} (${reason})`)
  return [...groups].map(([where, [first, ...others]]) => {
    const more = others.length > 0 ? ` and ${others.length} more` : ''
    return `!!! SKIPPED in ${where}: ${first.name}${more}`
  })
}

/** Whether there was no test at all, not even one to skip: a mistyped filter must not pass. */
export function nothingRan(suites: Counts[]): boolean {
  return suites.every(({ passed, failed, skipped }) => passed + failed + skipped.length === 0)
}

/** The closing line. It stands alone on its line; whoever reads logs by machine looks for this form. */
export function closingLine(suites: Counts[]): string {
  const sum = (count: (suite: Counts) => number) => suites.reduce((total, suite) => total + count(suite), 0)
  const passed = sum((suite) => suite.passed)
  const failed = sum((suite) => suite.failed)
  const skipped = sum((suite) => suite.skipped.length)
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}
