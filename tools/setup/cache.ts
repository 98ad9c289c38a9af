import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'

/** One folder of the cache: finished, and recorded file by file in its `entry.json`. */
export interface CacheEntry {
  folder: string
  /** Where the content came from, in words for a person. */
  source: string
  files: CachedFile[]
  links: { path: string; target: string }[]
}

interface CachedFile {
  /** Relative to the entry's folder, with forward slashes. */
  path: string
  bytes: number
  mtimeMs: number
  sha256: string
}

/**
 * Fills a new entry. `fill` writes into a working folder, every file is hashed, and only then does the folder get its
 * name: an interrupted set-up never leaves half an entry behind, and of two set-ups at once the first one's stays.
 */
export async function storeEntry(
  folder: string,
  source: string,
  fill: (staging: string) => Promise<void>,
): Promise<CacheEntry> {
  return inWorkingFolder(dirname(folder), async (working) => {
    const staging = join(working, 'entry')
    await mkdir(staging)
    await fill(staging)
    const record = await describe(staging)
    await writeFile(join(staging, ENTRY_FILE), JSON.stringify({ source, ...record }, null, 1))
    const meanwhile = await openEntry(folder).catch(() => null)
    if (meanwhile) return meanwhile
    await rm(folder, { recursive: true, force: true })
    await rename(staging, folder)
    return { folder, source, ...record }
  })
}

/** A folder for work in progress inside `parent`, gone afterwards. What a killed set-up left there goes after a day. */
export async function inWorkingFolder<T>(parent: string, work: (folder: string) => Promise<T>): Promise<T> {
  const DAY_MS = 24 * 60 * 60_000
  await mkdir(parent, { recursive: true })
  for (const name of await readdir(parent)) {
    if (!name.startsWith(WORKING_PREFIX)) continue
    const { mtimeMs } = await stat(join(parent, name)).catch(() => ({ mtimeMs: Date.now() }))
    if (Date.now() - mtimeMs > DAY_MS) await rm(join(parent, name), { recursive: true, force: true })
  }
  const folder = await mkdtemp(join(parent, WORKING_PREFIX))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * Opens an entry and checks it: sizes and times always, and the SHA-256 of a file whose time has changed (`full`: of
 * every file). Throws an error that says what is wrong; whoever called then fetches it anew.
 */
export async function openEntry(folder: string, options: { full?: boolean } = {}): Promise<CacheEntry> {
  const record = await readRecord(folder)
  for (const file of record.files) {
    const path = join(folder, file.path)
    const found = await stat(path).catch(() => null)
    if (!found) throw new Error(`${file.path} is missing from the cache`)
    if (found.size !== file.bytes) throw new Error(`${file.path} in the cache has the wrong size`)
    const sameTime = Math.abs(found.mtimeMs - file.mtimeMs) < 1
    if (sameTime && !options.full) continue
    if ((await sha256OfFile(path)) !== file.sha256)
      throw new Error(`${file.path} in the cache has been changed`)
    // Right content under another time, as after restoring the cache from an archive: put the time back.
    if (!sameTime) await utimes(path, new Date(), new Date(file.mtimeMs)).catch(() => {})
  }
  for (const link of record.links) {
    const target = await readlink(join(folder, link.path)).catch(() => null)
    if (target !== link.target) throw new Error(`${link.path} is missing from the cache`)
  }
  return { folder, ...record }
}

/** SHA-256 of a file, in hex. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk)
  return hash.digest('hex')
}

/** A short name for the content of an entry: equal names, equal files. */
export function digestOf(entry: CacheEntry): string {
  const lines = entry.files.map((file) => `${file.path} ${file.sha256}`).sort()
  return createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16)
}

const ENTRY_FILE = 'entry.json'
const WORKING_PREFIX = '.working-'

async function readRecord(folder: string): Promise<Omit<CacheEntry, 'folder'>> {
  const text = await readFile(join(folder, ENTRY_FILE), 'utf8').catch(() => null)
  if (text === null) throw new Error('nothing in the cache yet')
  try {
    const record = JSON.parse(text)
    if (Array.isArray(record.files) && record.files.length > 0 && Array.isArray(record.links)) return record
  } catch {
    // Falls through: a record that does not parse is as good as none.
  }
  throw new Error('the record of the cached files is damaged')
}

async function describe(folder: string): Promise<Pick<CacheEntry, 'files' | 'links'>> {
  const files: CacheEntry['files'] = []
  const links: CacheEntry['links'] = []
  for (const item of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const full = join(item.parentPath, item.name)
    const path = relative(folder, full).split(sep).join('/')
    if (item.isSymbolicLink()) links.push({ path, target: await readlink(full) })
    else if (item.isFile()) {
      const { size, mtimeMs } = await stat(full)
      files.push({ path, bytes: size, mtimeMs, sha256: await sha256OfFile(full) })
    }
  }
  return { files, links }
}
