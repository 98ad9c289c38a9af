import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { findProgram, reasonIn, runCommand } from './command.ts'
import { withProgress } from './progress.ts'

export interface Chromium {
  path: string
  /** In words for a person: "on the PATH", "downloaded by Playwright". */
  how: string
}

/**
 * A Chromium (Chrome, Edge) for the end-to-end tests: the one named by LIMPID_CHROMIUM, an installed one, Playwright's
 * own download, or, for root on Debian and its kin, the `chromium` package. Null, after a loud line, if there is none.
 */
export async function findChromium(): Promise<Chromium | null> {
  const reasons: string[] = []
  for (const [name, find] of WAYS) {
    try {
      return await find()
    } catch (error) {
      reasons.push(`${name}: ${(error as Error).message}`)
    }
  }
  console.error(`!!! NO CHROMIUM for the end-to-end tests. ${reasons.join('; ')}.`)
  console.error('!!! Install Chrome, Chromium or Edge, or name one by LIMPID_CHROMIUM.')
  return null
}

const WAYS: [string, () => Promise<Chromium>][] = [
  ['LIMPID_CHROMIUM', named],
  ['installed', installed],
  ["Playwright's download", downloadedByPlaywright],
  ['apt-get', fromDebian],
]

async function named(): Promise<Chromium> {
  const path = process.env.LIMPID_CHROMIUM
  if (!path) throw new Error('not set')
  if (!existsSync(path)) throw new Error(`there is no ${path}`)
  return starts({ path, how: 'named by LIMPID_CHROMIUM' })
}

async function installed(): Promise<Chromium> {
  const onPath = await findProgram(
    ...[
      'chromium',
      'chromium-browser',
      'google-chrome',
      'google-chrome-stable',
      'chrome',
      'microsoft-edge',
      'msedge',
    ],
  )
  if (onPath) return starts({ path: onPath, how: 'on the PATH' })
  const path = usualPlaces().find((place) => existsSync(place))
  if (!path) throw new Error('none on the PATH nor in the usual places')
  return starts({ path, how: 'installed' })
}

function usualPlaces(): string[] {
  if (process.platform === 'darwin') {
    return ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
      (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
    )
  }
  if (process.platform === 'win32') {
    const roots = [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA]
    const programs = ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe']
    return roots
      .filter((root) => root !== undefined)
      .flatMap((root) => programs.map((program) => join(root, program)))
  }
  return ['/opt/google/chrome/chrome', '/snap/bin/chromium', '/opt/microsoft/msedge/msedge']
}

async function downloadedByPlaywright(): Promise<Chromium> {
  const { chromium } = await import('playwright')
  const path = chromium.executablePath()
  if (!existsSync(path)) {
    const cli = join(dirname(createRequire(import.meta.url).resolve('playwright/package.json')), 'cli.js')
    const result = await withProgress('Playwright is downloading a Chromium', null, () =>
      runCommand(process.execPath, [cli, 'install', 'chromium'], { timeoutMs: 10 * 60_000 }),
    )
    if (result.code !== 0 || !existsSync(path)) throw new Error(reasonIn(result.output))
  }
  return starts({ path, how: 'downloaded by Playwright' })
}

async function fromDebian(): Promise<Chromium> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '')
  if (!/^ID(_LIKE)?=.*debian/m.test(release)) throw new Error('this is no Debian')
  if (process.getuid?.() !== 0) throw new Error('not root')
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  const install = ['install', '--yes', '--no-install-recommends', 'chromium']
  const result = await withProgress('Installing Debian’s chromium', null, async () => {
    await runCommand('apt-get', ['update'], { env, timeoutMs: 5 * 60_000 })
    return runCommand('apt-get', install, { env, timeoutMs: 10 * 60_000 })
  })
  if (result.code !== 0) throw new Error(reasonIn(result.output))
  return starts({ path: '/usr/bin/chromium', how: 'installed by apt-get' })
}

/** A browser that is there may still lack a system library. (On Windows asking for its version would open a window.) */
async function starts(chromium: Chromium): Promise<Chromium> {
  if (process.platform === 'win32') return chromium
  const result = await runCommand(chromium.path, ['--version'], { timeoutMs: 30_000 })
  if (result.code !== 0) throw new Error(`${chromium.path} does not start: ${reasonIn(result.output)}`)
  return chromium
}
