import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import yauzl from 'yauzl'

/**
 * Unpacks a wheel (a zip) into `target`, streaming: a wheel can be larger than the memory to spare. `place` says under
 * which relative path a file goes, or null to leave it out; `report` hears the bytes written so far.
 */
export async function extractWheel(
  wheelPath: string,
  target: string,
  place: (pathInWheel: string) => string | null,
  report: (bytes: number) => void = () => {},
): Promise<void> {
  const zip = await yauzl.openPromise(wheelPath, { autoClose: false })
  let written = 0
  try {
    for await (const entry of zip.eachEntry()) {
      const placed = entry.fileName.endsWith('/') ? null : place(entry.fileName)
      if (placed === null) continue
      const path = join(target, placed)
      await mkdir(dirname(path), { recursive: true })
      const content = await zip.openReadStreamPromise(entry)
      content.on('data', (chunk: Buffer) => {
        written += chunk.length
        report(written)
      })
      await pipeline(content, createWriteStream(path, { mode: fileMode(entry.externalFileAttributes) }))
    }
  } finally {
    zip.close()
  }
}

/** The Unix mode that the zip records, so that programs inside stay executable; plain files where it records none. */
function fileMode(externalFileAttributes: number): number {
  const mode = (externalFileAttributes >>> 16) & 0o777
  return mode & 0o111 ? 0o755 : 0o644
}
