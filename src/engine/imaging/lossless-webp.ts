/**
 * Whether the pixels of a WebP file are stored without loss (RFC 9649): in a chunk `VP8L`, alone or among the chunks of
 * the extended format; of an animation, in its first frame's. `VP8 ` is lossy. `file` may be its beginning.
 */
export function isLosslessWebp(file: Buffer): boolean {
  let at = RIFF_HEADER
  while (at + CHUNK_HEADER <= file.length) {
    const kind = file.toString('latin1', at, at + 4)
    if (kind === 'VP8L') return true
    if (kind === 'VP8 ') return false
    // A frame's own chunks follow its place, size and duration.
    if (kind === 'ANMF') at += CHUNK_HEADER + FRAME_HEADER
    else at += CHUNK_HEADER + even(file.readUInt32LE(at + 4))
  }
  return false
}

/** bytes */
const RIFF_HEADER = 12
const CHUNK_HEADER = 8
const FRAME_HEADER = 16
/** Chunks are padded. */
const even = (bytes: number) => bytes + (bytes % 2)
