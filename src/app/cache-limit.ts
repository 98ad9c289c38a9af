import type { Library } from './library.ts'
import type { PictureRecord } from './picture-store.ts'

/**
 * Drops results until they take no more than the limit: those that were saved, the one longest unused first. What was
 * never saved may be a night's work: it may pass the limit as long as all results take no more than what is free on
 * their drive; past that it goes too. Those at work stay.
 *
 * @returns how many went that were never saved
 */
export function keepCacheWithin(
  { limitBytes, freeBytes }: { limitBytes: number; freeBytes: number },
  library: Pick<Library, 'records' | 'dropResult'>,
  busy: Set<string>,
): number {
  const oldestFirst = [...library.records]
    .filter((record) => record.resultFile !== null)
    .sort((a, b) => a.usedMs - b.usedMs)
  let bytes = oldestFirst.reduce((sum, record) => sum + record.resultBytes, 0)
  let free = freeBytes
  // The newest stays however large: it is the one that the user waits for.
  const mayGo = oldestFirst.slice(0, -1).filter(({ picture }) => !busy.has(picture.id))
  drop(mayGo.filter(isSaved), () => bytes > limitBytes)
  return drop(
    mayGo.filter((record) => !isSaved(record)),
    () => bytes > Math.max(limitBytes, free),
  )

  function drop(records: PictureRecord[], isTooMuch: () => boolean): number {
    let dropped = 0
    for (const { picture, resultBytes } of records) {
      if (!isTooMuch()) break
      library.dropResult(picture.id)
      bytes -= resultBytes
      free += resultBytes
      dropped++
    }
    return dropped
  }
}

function isSaved({ picture: { result } }: PictureRecord): boolean {
  return result !== null && (result.savedTo !== null || result.downloaded === true)
}
