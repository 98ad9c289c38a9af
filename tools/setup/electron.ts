import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { cacheFolder } from './cacheFolder.ts'
import { reasonIn, runCommand } from './command.ts'
import { withProgress } from './progress.ts'
import { useProxyOfEnvironment } from './proxy.ts'

/**
 * Electron's program: the one of ELECTRON_OVERRIDE_DIST_PATH, the one in node_modules, else downloaded now. Throws, in
 * one clause, why there is none. A download that failed is not tried again for a day, so that the next start is quick.
 */
export async function findElectron(folder = electronFolder()): Promise<string> {
  const there = installedElectron(folder)
  if (there) return there
  if (process.env.ELECTRON_OVERRIDE_DIST_PATH)
    throw new Error('ELECTRON_OVERRIDE_DIST_PATH holds no Electron')
  const failed = await recentFailure()
  if (failed) throw new Error(`${failed}; npx install-electron tries again`)
  try {
    await download(folder)
    const path = installedElectron(folder)
    if (!path) throw new Error('the download holds no program')
    await rm(failureFile(), { force: true })
    return path
  } catch (error) {
    const cause = (error as Error).cause
    const reason = `its download failed: ${cause instanceof Error ? cause.message : (error as Error).message}`
    await rememberFailure(reason)
    throw new Error(reason)
  }
}

/** Electron's program if it is there already; nothing is downloaded. */
export function installedElectron(folder = electronFolder()): string | null {
  const given = process.env.ELECTRON_OVERRIDE_DIST_PATH
  // Electron's install script writes path.txt last: without it, unpacking was cut off.
  if (!given && !existsSync(join(folder, 'path.txt'))) return null
  const path = join(given || join(folder, 'dist'), PROGRAMS[process.platform] ?? 'electron')
  return existsSync(path) ? path : null
}

const PROGRAMS: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'Electron.app/Contents/MacOS/Electron',
  win32: 'electron.exe',
}

const STALLED_AFTER_MS = 20_000
const ASK_AGAIN_AFTER_MS = 24 * 60 * 60_000

/** Fetches the archive by Electron's own downloader, into its own cache, then has Electron's install script unpack it. */
async function download(folder: string): Promise<void> {
  useProxyOfEnvironment()
  const require = createRequire(join(folder, 'package.json'))
  const { downloadArtifact } = require('@electron/get') as ElectronGet
  const stalled = new AbortController()
  const stall = () => stalled.abort(new Error(`nothing came for ${STALLED_AFTER_MS / 1000} s`))
  let timer = setTimeout(stall, STALLED_AFTER_MS)
  try {
    await withProgress('Downloading Electron', 100, (report) =>
      downloadArtifact({
        version: electronVersion(),
        artifactName: 'electron',
        // Where the install script looks for it.
        cacheRoot: process.env.electron_config_cache,
        platform: process.platform,
        arch: process.arch,
        checksums: require('./checksums.json'),
        downloadOptions: {
          quiet: true,
          signal: stalled.signal,
          getProgressCallback: async ({ percent }) => {
            clearTimeout(timer)
            timer = setTimeout(stall, STALLED_AFTER_MS)
            report(Math.round(percent * 100))
          },
        },
      }),
    )
  } finally {
    clearTimeout(timer)
  }
  const unpacked = await withProgress('Unpacking Electron', null, () =>
    runCommand(process.execPath, [join(folder, 'install.js')], { timeoutMs: 5 * 60_000 }),
  )
  if (unpacked.code !== 0) throw new Error(reasonIn(unpacked.output))
}

/** The part of @electron/get that is used here. */
interface ElectronGet {
  downloadArtifact(details: {
    version: string
    artifactName: 'electron'
    cacheRoot: string | undefined
    platform: string
    arch: string
    checksums: Record<string, string>
    downloadOptions: {
      quiet: boolean
      signal: AbortSignal
      getProgressCallback(progress: { percent: number }): Promise<void>
    }
  }): Promise<string>
}

function electronFolder(): string {
  return dirname(createRequire(import.meta.url).resolve('electron/package.json'))
}

function electronVersion(): string {
  return createRequire(import.meta.url)('electron/package.json').version
}

const failureFile = () => join(cacheFolder(), 'electron-download-failed.json')
const from = () => `${electronVersion()} ${process.env.ELECTRON_MIRROR ?? ''}`

/** Exported for its test, as is the next one. A note that can't be read is as good as none. */
export async function recentFailure(): Promise<string | null> {
  try {
    const failure = JSON.parse(await readFile(failureFile(), 'utf8')) as Failure
    const isRecent = failure.from === from() && Date.now() - failure.at < ASK_AGAIN_AFTER_MS
    return isRecent ? failure.reason : null
  } catch {
    return null
  }
}

interface Failure {
  from: string
  /** ms since 1970. */
  at: number
  reason: string
}

/** What can't be noted, as on a full disk, is not: the next start tries again. */
export async function rememberFailure(reason: string): Promise<void> {
  const failure: Failure = { from: from(), at: Date.now(), reason }
  const fresh = `${failureFile()}.new-${process.pid}`
  try {
    await mkdir(cacheFolder(), { recursive: true })
    await writeFile(fresh, JSON.stringify(failure))
    await rename(fresh, failureFile())
  } catch {
    await rm(fresh, { force: true }).catch(() => {})
  }
}
