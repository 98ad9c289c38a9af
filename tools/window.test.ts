import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'limpid-window-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const SHOW = `
  import { showWindow } from ${JSON.stringify(new URL('window.ts', import.meta.url).href)}
  process.exit(await showWindow(['--help'])) // the server then only tells how it is used`

// What is started is a script with Electron's name: on Windows and macOS it would have to be a program.
const inShell = test.skipIf(process.platform !== 'linux')

inShell('an Electron that ends at once over something it lacks leaves the page to a browser', async () => {
  const { code, output } = await ended(await show('echo no libnss3 >&2; exit 127'))
  expect(output).toContain('no libnss3')
  expect(output).toContain('No Electron window (Electron ended at once, with code 127)')
  expect(output).toContain('serve the app to a browser')
  expect(code).toBe(0)
})

inShell('so does one that crashes at once', async () => {
  const { code, output } = await ended(await show('kill -TRAP $$'))
  expect(output).toContain('No Electron window (Electron ended at once, with SIGTRAP)')
  expect(code).toBe(0)
})

inShell('a window that is closed was not missing', async () => {
  expect(await ended(await show('echo opened'))).toEqual({ code: 0, output: 'opened\n' })
})

inShell('an app that has said why it can’t start is not started another way', async () => {
  expect(await ended(await show('exit 70'))).toEqual({ code: 70, output: '' })
})

inShell('asked to end, it asks Electron, and serves nothing', async () => {
  const start = await show("trap 'echo asked; exit 1' TERM; echo opened; while :; do sleep 0.05; done")
  const end = ended(start)
  await once(start.stdout!, 'data')
  start.kill('SIGTERM')
  expect(await end).toEqual({ code: 1, output: 'opened\nasked\n' })
})

async function show(script: string): Promise<ChildProcess> {
  const program = join(folder, 'electron')
  await writeFile(program, `#!/bin/sh\n${script}\n`)
  await chmod(program, 0o755)
  return spawn(process.execPath, ['--input-type=module', '--eval', SHOW], {
    env: { ...process.env, DISPLAY: ':99', ELECTRON_OVERRIDE_DIST_PATH: folder },
  })
}

async function ended(start: ChildProcess): Promise<{ code: number; output: string }> {
  const [[code], out, errors] = await Promise.all([
    once(start, 'exit'),
    text(start.stdout!),
    text(start.stderr!),
  ])
  return { code, output: out + errors }
}
