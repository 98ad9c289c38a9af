/** Limpid in folders of its own, in whichever face a test runs, and what a person does with it there. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright/test'

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** Folders that vanish after the test. */
export type Folders = { home: string; cache: string; photos: string; remove(): Promise<void> }

export async function newFolders(): Promise<Folders> {
  const folder = await mkdtemp(join(tmpdir(), 'limpid-e2e-'))
  const folders = { home: join(folder, 'home'), cache: join(folder, 'cache'), photos: join(folder, 'photos') }
  for (const path of Object.values(folders)) await mkdir(path)
  return { ...folders, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }) }
}

/** What a face is started with: nothing of the person's own library is touched. */
export function environment({ home, cache }: Folders): NodeJS.ProcessEnv {
  return { ...process.env, LIMPID_HOME: home, LIMPID_CACHE: cache }
}

export type Server = {
  url: string
  /** As Ctrl-C does it. */
  stop(): Promise<void>
  /** As a crash or a power cut does it. */
  kill(): Promise<void>
  /** Has the page open files, as the system does it. For the scripted server alone. */
  askToOpen(paths: string[]): void
}

/** Starts a program that prints the address of the browser face. */
export async function startServer(args: string[], env: NodeJS.ProcessEnv): Promise<Server> {
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const end = (signal: NodeJS.Signals) => async () => {
    child.kill(signal)
    await gone
  }
  return {
    url: await addressOf(child),
    stop: end('SIGTERM'),
    kill: end('SIGKILL'),
    askToOpen: (paths) => void child.send(paths),
  }
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    const hear = (chunk: Buffer): void => {
      said += chunk
      const address = /http:\/\/\S+/.exec(said)
      if (address) resolve(address[0])
    }
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear)
    child.once('exit', (code) => reject(new Error(`Limpid ended with ${code} before it was there:\n${said}`)))
  })
}

/** A file as it is dropped, from memory: it has no path, in no face. */
export type DroppedFile = { name: string; mimeType: string; buffer: Buffer }

export function png(name: string, buffer: Buffer): DroppedFile {
  return { name, mimeType: 'image/png', buffer }
}

export async function drop(page: Page, ...files: DroppedFile[]): Promise<void> {
  await page.locator('body').drop({ files })
}

/** Saves what is shown through the dialog of the browser face; gives the file's name and bytes. */
export async function download(page: Page, format?: string): Promise<{ name: string; bytes: Buffer }> {
  await page.getByRole('button', { name: 'Save…' }).click()
  if (format) {
    await page.getByLabel(/^Format/).click()
    await page.getByRole('option', { name: format, exact: true }).click()
  }
  const coming = page.waitForEvent('download')
  await page.getByRole('dialog').getByRole('button', { name: 'Download' }).click()
  const file = await coming
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) }
}
