import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { COULD_NOT_START } from '../src/main/could-not-start.ts'
import { findElectron } from './setup/electron.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** An Electron that ends so soon, and not well, has shown nobody anything. */
const STARTED_AFTER_MS = 10_000
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Shows the app, in Electron, or where that is missing or ends at once (for want of a library, of a display that
 * answers) in a browser. Resolves to the exit code once the app has ended. What asks this process to end asks the app.
 */
export async function showWindow(args: string[]): Promise<number> {
  let reason: string
  try {
    const began = performance.now()
    const { code, signal, wasAsked } = await runElectron(args)
    const hasStarted = performance.now() - began > STARTED_AFTER_MS
    if (code === 0 || code === COULD_NOT_START || hasStarted || wasAsked) return code ?? 1
    reason = `Electron ended at once, with ${signal ?? `code ${code}`}`
  } catch (error) {
    reason = (error as Error).message
  }
  console.error(`No Electron window (${reason}): serving the same page to a browser instead.`)
  const open = hasDisplay() ? ['--open'] : []
  const main = join(ROOT, 'src', 'cli', 'main.ts')
  return (await run(process.execPath, [main, 'serve', ...open, ...args], process.env)).code ?? 1
}

async function runElectron(args: string[]): Promise<Ended> {
  if (!hasDisplay()) throw new Error('there is no display')
  const electron = await findElectron()
  // Chromium refuses to start as root with its sandbox, as in a container.
  const asRoot = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env
  return run(electron, [...asRoot, ROOT, ...args], env)
}

async function run(program: string, args: string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  let child: ChildProcess | null = null
  let wasAsked = false
  const ask = (signal: NodeJS.Signals) => {
    wasAsked = true
    child?.kill(signal)
  }
  // Before it is there: a signal that came as it starts would leave it behind.
  for (const signal of SIGNALS) process.on(signal, ask)
  try {
    child = spawn(program, args, { stdio: 'inherit', env })
    const [code, signal] = await once(child, 'exit') // throws what keeps it from starting
    return { code, signal, wasAsked }
  } finally {
    for (const signal of SIGNALS) process.off(signal, ask)
  }
}

interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  wasAsked: boolean
}

function hasDisplay(): boolean {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
}
