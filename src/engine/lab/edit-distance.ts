/** Fewest insertions, deletions and substitutions of characters that turn `a` into `b` (Levenshtein 1966). */
export function editDistance(a: string, b: string): number {
  const [from, to] = [Array.from(a), Array.from(b)]
  let row = Array.from({ length: to.length + 1 }, (_, j) => j)
  for (const [i, character] of from.entries()) {
    const next = [i + 1]
    for (const [j, other] of to.entries()) {
      next.push(Math.min(next[j] + 1, row[j + 1] + 1, row[j] + (character === other ? 0 : 1)))
    }
    row = next
  }
  return row[to.length]
}

/** Edits for each character of what is true; white space counts as one blank, and not at the ends. */
export function characterErrorRate(read: string, truth: string): number {
  const plain = (text: string) => text.trim().replaceAll(/\s+/g, ' ').normalize('NFC')
  const wanted = plain(truth)
  return editDistance(plain(read), wanted) / Math.max(1, Array.from(wanted).length)
}
