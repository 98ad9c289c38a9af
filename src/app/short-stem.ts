/** File systems take 255 bytes; this leaves room for `-limpid-12` and an extension. */
const MAX_BYTES = 200

/** The name of a file without its extension, cut to what file systems take, between two characters as a person sees them. */
export function shortStem(stem: string): string {
  if (Buffer.byteLength(stem) <= MAX_BYTES) return stem
  let short = ''
  let bytes = 0
  for (const { segment } of new Intl.Segmenter().segment(stem)) {
    bytes += Buffer.byteLength(segment)
    if (bytes > MAX_BYTES) break
    short += segment
  }
  return short
}
