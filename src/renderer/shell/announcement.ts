/** What a live region says next. The same words again are no change, and not spoken: a space that nobody hears makes one. */
export function announcement(words: string, before: string): string {
  return words === before ? `${words}\u00a0` : words
}
