import { createHash } from 'node:crypto'
import { readdir, realpath, rm, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { assertCanBuild } from './binding.ts'
import { type CacheEntry, openEntry, storeEntry } from './cache.ts'
import { cacheFolder } from './cacheFolder.ts'
import { fetchOverHttps, fetchWheels, fetchWithPip, type WheelFetcher } from './download.ts'
import { addLinkerNames, assertLibrary, isNeededHeader, placeFromWheel } from './layout.ts'
import { linkOrCopy } from './linkOrCopy.ts'
import { pinnedWheels, TENSORFLOW_VERSION, type Variant } from './pins.ts'
import { withProgress } from './progress.ts'
import { extractWheel } from './wheel.ts'

/** The environment variable that names a folder with a library in it. */
export const GIVEN_FOLDER = 'LIMPID_TENSORFLOW'

/** One place that TensorFlow's library can come from. Whichever it is, the library ends up as an entry of the cache. */
export interface Source {
  /** For a person: "the cache", "pip download". */
  name: string
  /** Sources of the same kind give the same files: when those don't work from one, they won't from the next. */
  gives: 'pinned' | 'given'
  fetch(): Promise<CacheEntry>
}

/** What came of one source: for the paragraph that is printed when none worked. */
export interface Attempt {
  source: string
  reason: string
}

/** The sources in the order they are tried. `full` checks every byte of what is cached, not only sizes and times. */
export function librarySources(variant: Variant, options: { full?: boolean } = {}): Source[] {
  const folder = join(
    cacheFolder(),
    'tensorflow',
    `${TENSORFLOW_VERSION}-${variant}-${process.platform}-${process.arch}`,
  )
  const named = process.env[GIVEN_FOLDER]
  return [
    ...(named ? [{ name: GIVEN_FOLDER, gives: 'given' as const, fetch: () => fromFolder(named) }] : []),
    { name: 'the cache', gives: 'pinned', fetch: () => openEntry(folder, options) },
    {
      name: 'pip download',
      gives: 'pinned',
      fetch: () => fromWheels(folder, variant, 'pip download', fetchWithPip),
    },
    {
      name: 'HTTPS download',
      gives: 'pinned',
      fetch: () => fromWheels(folder, variant, 'HTTPS download', fetchOverHttps),
    },
  ]
}

/** Tries the sources in turn until `use` is content with one; the reasons why the others were not are kept. */
export async function firstThatWorks<T>(
  sources: Source[],
  use: (library: CacheEntry) => Promise<T>,
): Promise<{ result: { value: T; source: string } | null; attempts: Attempt[] }> {
  const attempts: Attempt[] = []
  const unusable = new Set<Source['gives']>()
  for (const source of sources) {
    if (unusable.has(source.gives)) continue
    let fetched = false
    try {
      const library = await source.fetch()
      fetched = true
      return { result: { value: await use(library), source: source.name }, attempts }
    } catch (error) {
      if (fetched) unusable.add(source.gives)
      attempts.push({ source: source.name, reason: (error as Error).message })
    }
  }
  return { result: null, attempts }
}

/** Takes a library that someone else laid out (`lib/`, `include/`) into the cache, by hard links where that is possible. */
async function fromFolder(given: string): Promise<CacheEntry> {
  const origin = await realpath(given).catch(() => {
    throw new Error(`there is no folder ${given}`)
  })
  await assertLibrary(origin)
  const folder = join(cacheFolder(), 'tensorflow', `folder-${await fingerprint(origin)}`)
  const cached = await openEntry(folder).catch(() => null)
  if (cached) return cached
  return withProgress(`Taking in ${origin}`, null, () =>
    storeEntry(folder, origin, async (staging) => {
      for (const part of ['lib', 'include', 'nvidia']) {
        for (const path of await filesUnder(join(origin, part))) {
          if (part === 'include' && !isNeededHeader(path)) continue
          await linkOrCopy(join(origin, part, path), join(staging, part, path))
        }
      }
      await addLinkerNames(join(staging, 'lib'))
    }),
  )
}

async function fromWheels(
  folder: string,
  variant: Variant,
  source: string,
  fetcher: WheelFetcher,
): Promise<CacheEntry> {
  const wheels = pinnedWheels(variant)
  if (!wheels)
    throw new Error(
      `no wheel for ${process.platform} ${process.arch} holds TensorFlow's C library (${variant})`,
    )
  await assertCanBuild() // else hundreds of megabytes would come for nothing
  const downloads = join(cacheFolder(), 'downloads')
  const paths = await fetchWheels(wheels, downloads, fetcher)
  const entry = await withProgress('Unpacking TensorFlow', null, () =>
    storeEntry(folder, source, async (staging) => {
      for (const path of paths) await extractWheel(path, staging, placeFromWheel)
      await assertLibrary(staging)
      await addLinkerNames(join(staging, 'lib'))
    }),
  )
  for (const path of paths) await rm(path, { force: true })
  return entry
}

/** Names a folder's state, so that a library put in its place later is noticed. */
async function fingerprint(folder: string): Promise<string> {
  const hash = createHash('sha256').update(folder)
  for (const path of (await filesUnder(join(folder, 'lib'))).sort()) {
    const { size, mtimeMs } = await stat(join(folder, 'lib', path))
    hash.update(`${path} ${size} ${mtimeMs}\n`)
  }
  return hash.digest('hex').slice(0, 16)
}

/** Relative paths of the files in a folder (itself or a link to one); none if it is not there. */
async function filesUnder(folder: string): Promise<string[]> {
  const real = await realpath(folder).catch(() => null)
  if (real === null) return []
  const items = await readdir(real, { recursive: true, withFileTypes: true })
  return items
    .filter((item) => !item.isDirectory())
    .map((item) => relative(real, join(item.parentPath, item.name)).split(sep).join('/'))
}
