/** `npm start`: the Electron window; where Electron can't run, the same page in a browser. Arguments are passed on. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureBuilt } from './build.ts'
import { findElectron } from './setup/electron.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

try {
  await ensureBuilt()
  const child = await startWindow(process.argv.slice(2))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => fail(error))
  child.on('exit', (code) => process.exit(code ?? 1))
} catch (error) {
  fail(error as Error)
}

async function startWindow(args: string[]): Promise<ChildProcess> {
  try {
    if (!hasDisplay()) throw new Error('there is no display')
    if (!existsSync(join(ROOT, 'dist', 'main', 'main.js'))) throw new Error('dist/main is not built')
    const electron = await findElectron()
    // Chromium refuses to start as root with its sandbox, as in a container.
    const asRoot = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : []
    const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env
    return spawn(electron, [...asRoot, ROOT, ...args], { stdio: 'inherit', env })
  } catch (error) {
    console.error(
      `No Electron window (${(error as Error).message}): serving the same page to a browser instead.`,
    )
    const open = hasDisplay() ? ['--open'] : []
    const main = join(ROOT, 'src', 'cli', 'main.ts')
    return spawn(process.execPath, [main, 'serve', ...open, ...args], { stdio: 'inherit' })
  }
}

function hasDisplay(): boolean {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
}

function fail(error: Error): never {
  console.error(error.message)
  process.exit(1)
}
