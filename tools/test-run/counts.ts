/** What came of a suite. Every skipped test is named, with its reason: a skip must not pass unseen. */
export interface Counts {
  passed: number
  failed: number
  skipped: { name: string; reason: string }[]
}

/** The closing line. It stands alone on its line; whoever reads logs by machine looks for this form. */
export function closingLine(suites: Counts[]): string {
  const sum = (count: (suite: Counts) => number) => suites.reduce((total, suite) => total + count(suite), 0)
  const passed = sum((suite) => suite.passed)
  const failed = sum((suite) => suite.failed)
  const skipped = sum((suite) => suite.skipped.length)
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}
