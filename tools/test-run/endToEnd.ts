import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ensureBuilt } from '../build.ts'
import { findChromium } from '../setup/chromium.ts'
import { installedElectron } from '../setup/electron.ts'
import type { Counts } from './counts.ts'

const CONFIG = 'test/e2e/playwright.config.ts'

/**
 * Runs the end-to-end suite by Playwright's own runner. The suite learns from the environment what it can run in:
 * LIMPID_CHROMIUM, and LIMPID_ELECTRON where Electron's program is there.
 */
export async function runEndToEndTests(root: string): Promise<Counts> {
  if (!existsSync(join(root, CONFIG))) {
    console.error(`!!! There is no ${CONFIG} yet: no end-to-end tests.`)
    return { passed: 0, failed: 0, skipped: [] }
  }
  await ensureBuilt()
  const chromium = await findChromium()
  if (!chromium) return skippedWhole(await playwright(root, ['--list']))
  console.error(`End-to-end tests in ${chromium.path} (${chromium.how}).`)
  const electron = installedElectron()
  if (!electron) console.error("!!! Electron's program is not there: the end-to-end tests don't run in it.")
  const env = { LIMPID_CHROMIUM: chromium.path, ...(electron ? { LIMPID_ELECTRON: electron } : {}) }
  return countReport(await playwright(root, [], env))
}

interface Report {
  suites: ReportedSuite[]
  errors: { message?: string }[]
}

interface ReportedSuite {
  title: string
  suites?: ReportedSuite[]
  specs: {
    title: string
    tests: {
      projectName: string
      status: 'expected' | 'unexpected' | 'flaky' | 'skipped'
      annotations: { type: string; description?: string }[]
    }[]
  }[]
}

/** Starts Playwright with people's report on the screen and the machine's in a file. Null if it wrote none. */
async function playwright(root: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<Report | null> {
  const folder = await mkdtemp(join(tmpdir(), 'limpid-e2e-'))
  const reportFile = join(folder, 'report.json')
  const cli = join(dirname(createRequire(import.meta.url).resolve('playwright/package.json')), 'cli.js')
  try {
    await new Promise<void>((resolve) => {
      const child = spawn(
        process.execPath,
        [cli, 'test', '--config', CONFIG, '--reporter', 'list,json', ...args],
        {
          cwd: root,
          stdio: 'inherit',
          env: { ...process.env, ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: reportFile },
        },
      )
      child.on('error', () => resolve())
      child.on('exit', () => resolve())
    })
    return JSON.parse(await readFile(reportFile, 'utf8'))
  } catch {
    return null
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

export function countReport(report: Report | null): Counts {
  const counts: Counts = { passed: 0, failed: 0, skipped: [] }
  if (!report) return { ...counts, failed: 1 } // Playwright itself did not come to an end.
  counts.failed += report.errors.length
  for (const { file, name, status, annotations } of allTests(report.suites)) {
    if (status === 'skipped') {
      const reason = annotations.find(({ type }) => type === 'skip' || type === 'fixme')?.description
      counts.skipped.push({ file, name, reason: reason ?? 'no reason given' })
    } else if (status === 'unexpected') counts.failed++
    else counts.passed++
  }
  return counts
}

function skippedWhole(report: Report | null): Counts {
  const tests = allTests(report?.suites ?? []).map(({ file, name }) => ({ file, name }))
  const skipped = tests.length > 0 ? tests : [{ file: 'test/e2e', name: 'the whole suite' }]
  return { passed: 0, failed: 0, skipped: skipped.map((test) => ({ ...test, reason: 'no Chromium' })) }
}

/** Every test of a report, out of its nested suites: a suite of the first level is a file. */
function allTests(suites: ReportedSuite[], file?: string) {
  return suites.flatMap((suite): ReportedTest[] => {
    const own = suite.specs.flatMap((spec) =>
      spec.tests.map(({ projectName, status, annotations }) => ({
        file: file ?? suite.title,
        name: projectName ? `[${projectName}] ${spec.title}` : spec.title,
        status,
        annotations,
      })),
    )
    return [...own, ...allTests(suite.suites ?? [], file ?? suite.title)]
  })
}

interface ReportedTest {
  file: string
  name: string
  status: string
  annotations: { type: string; description?: string }[]
}
