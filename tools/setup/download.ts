import { createWriteStream } from 'node:fs'
import { readdir, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { inWorkingFolder, sha256OfFile } from './cache.ts'
import { reasonIn, runCommand } from './command.ts'
import type { PinnedWheel } from './pins.ts'
import { withProgress } from './progress.ts'
import { useProxyOfEnvironment } from './proxy.ts'
import { findPip, packageIndex } from './python.ts'

/** One way to get a wheel: it writes the file somewhere under `folder` and returns its path. */
export type WheelFetcher = (
  wheel: PinnedWheel,
  folder: string,
  report: (bytes: number) => void,
) => Promise<string>

/**
 * Gets every wheel into `folder`, each checked by its SHA-256. One that is already there, from a set-up that was
 * interrupted, is used as it is.
 */
export async function fetchWheels(
  wheels: PinnedWheel[],
  folder: string,
  fetcher: WheelFetcher,
): Promise<string[]> {
  const paths: string[] = []
  for (const wheel of wheels) {
    const path = join(folder, wheel.file)
    if (!(await hasHash(path, wheel.sha256))) {
      await inWorkingFolder(folder, async (working) => {
        const label = `Downloading ${wheel.project} ${wheel.version} (${Math.round(wheel.bytes / 1e6)} MB)`
        const fetched = await withProgress(label, wheel.bytes, (report) => fetcher(wheel, working, report))
        if (!(await hasHash(fetched, wheel.sha256)))
          throw new Error(`${wheel.file} arrived with the wrong SHA-256`)
        await rename(fetched, path)
      })
    }
    paths.push(path)
  }
  return paths
}

/** `pip download`, told the wheel's own tags so that any Python 3 fetches it, whatever its version and machine. */
export const fetchWithPip: WheelFetcher = async (wheel, folder, report) => {
  const pip = await findPip()
  const [pythonTag, abiTag, platformTags] = wheel.file
    .replace(/\.whl$/, '')
    .split('-')
    .slice(-3)
  const watch = setInterval(async () => report(await bytesIn(folder)), 500)
  try {
    const result = await runCommand(
      pip.python,
      [
        ...['-m', 'pip', 'download', `${wheel.project}==${wheel.version}`, '--dest', folder],
        ...[
          '--no-deps',
          '--only-binary=:all:',
          '--no-cache-dir',
          '--progress-bar=off',
          '--disable-pip-version-check',
          '--retries=2',
        ],
        ...['--python-version', '3.11', '--implementation', pythonTag === 'py3' ? 'py' : 'cp'],
        ...['--abi', abiTag, ...platformTags.split('.').flatMap((tag) => ['--platform', tag])],
      ],
      // pip downloads into its temporary folder first: keeping that in sight is what makes progress visible.
      { env: { ...pip.env, TMPDIR: folder, TEMP: folder, TMP: folder }, timeoutMs: 60 * 60_000 },
    )
    if (result.code !== 0) {
      const unreachable = /connection broken by/.test(result.output)
      throw new Error(unreachable ? "pip can't reach the package index" : reasonIn(result.output))
    }
  } finally {
    clearInterval(watch)
  }
  return join(folder, wheel.file)
}

/** The package index read and the file fetched over HTTPS, without pip's help. */
export const fetchOverHttps: WheelFetcher = async (wheel, folder, report) => {
  useProxyOfEnvironment()
  const url = await findOnIndex(wheel, await packageIndex())
  const response = await fetchOk(url)
  const path = join(folder, wheel.file)
  let received = 0
  const counted = async function* (chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      received += chunk.length
      report(received)
      yield chunk
    }
  }
  const body = Readable.fromWeb(response.body as import('node:stream/web').ReadableStream<Uint8Array>)
  await pipeline(body, counted, createWriteStream(path))
  return path
}

/** Looks a file up in an index's page for its project, in either form of the "simple" API: JSON or HTML. */
async function findOnIndex(wheel: PinnedWheel, index: string): Promise<string> {
  const page = `${index}/${wheel.project}/`
  const response = await fetchOk(page, {
    accept: 'application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.9, text/html;q=0.1',
  })
  const text = await response.text()
  const found = response.headers.get('content-type')?.includes('json')
    ? JSON.parse(text).files.find((file: { filename: string }) => file.filename === wheel.file)?.url
    : [...text.matchAll(/<a\s[^>]*href="([^"]+)"[^>]*>\s*([^<]+?)\s*<\/a>/g)].find(
        (link) => link[2] === wheel.file,
      )?.[1]
  if (!found) throw new Error(`the package index does not list ${wheel.file}`)
  return new URL(found.replaceAll('&amp;', '&').replace(/#.*$/, ''), response.url || page).href
}

async function fetchOk(url: string, headers: Record<string, string> = {}): Promise<Response> {
  const response = await fetch(url, { headers }).catch((error: Error) => {
    const cause = error.cause instanceof Error ? error.cause.message : error.message
    throw new Error(`${new URL(url).host} can't be reached: ${cause}`)
  })
  if (!response.ok) throw new Error(`${new URL(url).host} answered ${response.status} ${response.statusText}`)
  return response
}

async function hasHash(path: string, sha256: string): Promise<boolean> {
  const exists = await stat(path).catch(() => null)
  return exists !== null && (await sha256OfFile(path)) === sha256
}

async function bytesIn(folder: string): Promise<number> {
  let bytes = 0
  for (const item of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
    if (item.isFile()) bytes += (await stat(join(item.parentPath, item.name)).catch(() => null))?.size ?? 0
  }
  return bytes
}
