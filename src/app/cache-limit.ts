import type { Library } from './library.ts'

/** Drops results, the one longest unused first, until they take no more than the limit. Those at work stay. */
export function keepCacheWithin(limitBytes: number, library: Library, busy: Set<string>): void {
  const oldestFirst = [...library.records]
    .filter((record) => record.resultFile !== null)
    .sort((a, b) => a.usedMs - b.usedMs)
  // The newest stays however large: it is the one that the user waits for.
  const newest = oldestFirst.pop()
  let bytes = oldestFirst.reduce((sum, record) => sum + record.resultBytes, newest?.resultBytes ?? 0)
  for (const record of oldestFirst) {
    if (bytes <= limitBytes) return
    if (busy.has(record.picture.id)) continue
    bytes -= record.resultBytes
    library.dropResult(record.picture.id)
  }
}
