/**
 * Tests on the whole of Limpid: its own engine, its shipped model. In the browser face, and in Electron where it is.
 * LIMPID_TEST_MODEL: folder of a model to try in place of the shipped one, before it is shipped.
 */
import { cp, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { test as base, _electron as electron, expect, type Page } from 'playwright/test'
import { download, environment, type Folders, newFolders, ROOT, startServer } from './face.ts'

type Limpid = {
  page: Page
  folders: Folders
  /** Saves what is shown, in that format; gives the file's bytes. */
  save(format: string): Promise<Buffer>
}

const EXTENSIONS: Record<string, string> = { PNG: 'png', JPEG: 'jpg', TIFF: 'tif' }

export const test = base.extend<{ limpid: Limpid }>({
  limpid: async ({ browser }, use, { project }) => {
    const folders = await newFolders()
    const candidate = process.env.LIMPID_TEST_MODEL
    if (candidate) await cp(candidate, join(folders.home, 'models', basename(candidate)), { recursive: true })
    if (project.metadata.face === 'electron') await inElectron(folders, use)
    else {
      const server = await startServer(
        ['src/cli/main.ts', 'serve', '--port', '0', '--no-open'],
        environment(folders),
      )
      const page = await browser.newPage()
      const complaints = complaintsOf(page)
      await page.goto(server.url)
      await use({ page, folders, save: async (format) => (await download(page, format)).bytes })
      await page.close()
      await server.stop()
      expect(complaints, 'what the page wrote into the console').toEqual([])
    }
    await folders.remove()
  },
})

async function inElectron(folders: Folders, use: (limpid: Limpid) => Promise<void>): Promise<void> {
  const app = await electron.launch({
    executablePath: process.env.LIMPID_ELECTRON!,
    args: [ROOT, '--no-sandbox'],
    env: environment(folders) as Record<string, string>,
  })
  const page = await app.firstWindow()
  const complaints = complaintsOf(page)
  const save = async (format: string): Promise<Buffer> => {
    const path = join(folders.photos, `saved-${Date.now()}.${EXTENSIONS[format]}`)
    // The system's dialog can't be driven from here: it answers by itself.
    await app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = async () => ({ canceled: false, filePath })
    }, path)
    await page.getByRole('button', { name: 'Save as…' }).click()
    await expect(page.getByText(path)).toBeVisible()
    return readFile(path)
  }
  await use({ page, folders, save })
  await app.close()
  expect(complaints, 'what the page wrote into the console').toEqual([])
}

/** Errors and warnings in a page's console, a strict CSP's refusals among them. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  return complaints
}
