/** Tests of the window: the real server and application on a scripted engine (scripted-engine.ts), in a browser. */
import { join } from 'node:path'
import { test as base, expect, type Page } from 'playwright/test'
import { environment, type Folders, newFolders, type Server, startServer } from './face.ts'
import type { StandIn } from './model.ts'
import { complaintsOf } from './real.ts'
import { STAND_IN_PRELOAD } from './stand-in-preload.ts'

type Scripted = {
  page: Page
  folders: Folders
  server: Server
  /** Starts the application anew on the same folders, and opens its page. */
  restart(): Promise<void>
  /** What the page may write into its console in this test (a connection that is refused, say). */
  mayComplain(of: RegExp): void
}

export const test = base.extend<{
  limpid: Scripted
  fallback: boolean
  desktop: boolean
  models: { also: StandIn[] }
}>({
  /** Only a slower backend works. */
  fallback: [false, { option: true }],
  /** As in Electron, on a stand-in for its preload. */
  desktop: [false, { option: true }],

  /** Models beside the denoising one. */
  models: [{ also: [] }, { option: true }],

  limpid: async ({ page, fallback, desktop, models }, use) => {
    const folders = await newFolders()
    const env = {
      ...environment(folders),
      LIMPID_TEST_MODELS: JSON.stringify(models.also),
      ...(fallback ? { LIMPID_TEST_FALLBACK: '1' } : {}),
      ...(desktop ? { LIMPID_TEST_DESKTOP: '1' } : {}),
    }
    if (desktop) await page.addInitScript(STAND_IN_PRELOAD)
    const start = (): Promise<Server> =>
      startServer([join(import.meta.dirname, 'scripted-server.ts'), folders.home, folders.cache], env)
    const allowed: RegExp[] = []
    const complaints = complaintsOf(page)
    const limpid: Scripted = {
      page,
      folders,
      server: await start(),
      async restart() {
        limpid.server = await start()
        await page.goto(limpid.server.url)
      },
      mayComplain: (of) => allowed.push(of),
    }
    // Playwright begins to catch file choosers some time after it is asked to.
    page.on('filechooser', () => {})
    await page.goto(limpid.server.url)
    await page.getByRole('button', { name: 'Settings' }).waitFor()
    await use(limpid)
    await page.close()
    await limpid.server.stop()
    const unexpected = complaints.filter((text) => !allowed.some((pattern) => pattern.test(text)))
    expect(unexpected, 'what the page wrote into the console').toEqual([])
    await folders.remove()
  },
})
