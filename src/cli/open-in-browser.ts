import { spawn } from 'node:child_process'

/** Opens `url` in the user's browser; false if there is nothing to open it with. */
export async function openInBrowser(url: string): Promise<boolean> {
  const [command, ...args] = OPENERS[process.platform] ?? ['xdg-open']
  const child = spawn(command!, [...args, url], { stdio: 'ignore', detached: true })
  const { promise, resolve } = Promise.withResolvers<boolean>()
  child.once('error', () => resolve(false))
  child.once('exit', (code) => resolve(code === 0))
  // xdg-open may stay as long as the browser that it started.
  const timer = setTimeout(() => resolve(true), 3000)
  const opened = await promise
  clearTimeout(timer)
  child.unref()
  return opened
}

const OPENERS: Partial<Record<NodeJS.Platform, string[]>> = {
  darwin: ['open'],
  // Not `start`, which is the shell's own and would read & in the address.
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}
