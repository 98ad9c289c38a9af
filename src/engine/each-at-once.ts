/**
 * Does `work` on each item, begun in their order, at most `limit()` at a time. The first failure ends it: nothing more
 * is begun, what had begun is awaited, then the failure is thrown.
 */
export async function eachAtOnce<T>(
  items: Iterable<T>,
  limit: () => number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>()
  const failures: unknown[] = []
  let index = 0
  for (const item of items) {
    while (failures.length === 0 && running.size >= Math.max(1, limit())) await Promise.race(running)
    if (failures.length > 0) break
    const run = work(item, index++)
      .catch((thrown) => {
        failures.push(thrown)
      })
      .finally(() => running.delete(run))
    running.add(run)
  }
  await Promise.all(running)
  if (failures.length > 0) throw failures[0]
}
