/** Pictures that came as bytes and not as a file of the user's: uploaded by a browser, pasted, a sample. */
import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { LimpidError } from '../contract/errors.ts'
import { writeError } from './file-errors.ts'
import { shortStem } from './short-stem.ts'

/**
 * Writes a picture's bytes to `<root>/<uuid>/<name>` and gives that path. Nothing is left of one that is too large or
 * whose bytes stop coming.
 */
export async function keepPicture(
  root: string,
  name: string,
  content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  limitBytes = Number.POSITIVE_INFINITY,
): Promise<string> {
  const folder = join(root, randomUUID())
  const path = join(folder, safeName(name))
  try {
    await mkdir(folder, { recursive: true })
    await pipeline(
      content,
      (chunks) => within(limitBytes, chunks, name),
      createWriteStream(path, { flags: 'wx' }),
    )
    return path
  } catch (thrown) {
    await rm(folder, { recursive: true, force: true })
    throw thrown instanceof LimpidError ? thrown : writeError(thrown, path)
  }
}

/** `name` without folders and without what some file system does not take. */
export function safeName(name: string): string {
  const last = name.split(/[/\\]/).at(-1)!
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must go
  const clean = last.replace(/[\u0000-\u001f\u007f<>:"|?*]/g, '_').replace(/^[. ]+|[. ]+$/g, '')
  const dot = clean.lastIndexOf('.')
  const extension = dot > 0 ? clean.slice(dot, dot + 10) : ''
  const stem = shortStem(dot > 0 ? clean.slice(0, dot) : clean)
  return (stem || 'picture') + extension
}

async function* within(
  limitBytes: number,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  name: string,
) {
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.length
    if (bytes > limitBytes) throw tooLarge(name, limitBytes)
    yield chunk
  }
}

export function tooLarge(name: string, limitBytes: number): LimpidError {
  return new LimpidError('picture-too-large', `${name} is larger than ${Math.round(limitBytes / 1e6)} MB.`, {
    hint: 'Open it in the desktop app, or with the limpid command, which read files where they are.',
    file: name,
  })
}
