/** The window as it is in Electron: files where they lie, the system's dialogs, results beside their originals. */
import { existsSync } from 'node:fs'
import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, type Page } from 'playwright/test'
import sharp from 'sharp'
import { drawScene } from './pictures/scene.ts'
import { test } from './support/scripted.ts'
import type { Desktop } from './support/stand-in-preload.ts'

test.use({ desktop: true })

let picture: Buffer
test.beforeAll(async () => {
  const { data, width, height } = await drawScene(240, 160)
  picture = await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
})

test('a result is saved beside its original, which stays as it is', async ({ limpid }) => {
  const { page, folders } = limpid
  const original = join(folders.photos, 'lake.png')
  await denoised(page, original)
  await page.getByRole('button', { name: 'Save…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Save' })
  await expect(dialog.getByRole('textbox', { name: 'Name' })).toHaveValue('lake-limpid')
  await expect(dialog.getByText(folders.photos)).toBeVisible()
  await dialog.getByRole('button', { name: 'Save', exact: true }).click()

  const saved = join(folders.photos, 'lake-limpid.png')
  await expect(page.getByText(saved)).toBeVisible()
  expect((await sharp(saved).metadata()).width).toBe(240)
  expect((await readFile(original)).equals(picture)).toBe(true)
  await expect(page.getByRole('option', { name: /lake\.png, saved/ })).toBeVisible()
  await page.getByRole('button', { name: 'Show', exact: true }).click()
  expect((await desktopOf(page)).shown).toEqual([saved])
})

test('a file that is there already is not replaced unasked: keep both, cancel, replace', async ({
  limpid,
}) => {
  const { page, folders } = limpid
  await denoised(page, join(folders.photos, 'lake.png'))
  const taken = join(folders.photos, 'mine.png')
  await writeFile(taken, 'mine')
  await copyFile(taken, join(folders.photos, 'mine-2.png'))
  const question = page.getByRole('dialog', { name: 'mine.png is there already' })

  await saveAsNamed(page, 'mine')
  await question.getByRole('button', { name: 'Keep both' }).click()
  await expect(page.getByText('Saved mine-3.png')).toBeVisible()
  expect(await readFile(taken, 'utf8')).toBe('mine')
  expect((await sharp(join(folders.photos, 'mine-3.png')).metadata()).width).toBe(240)

  await saveAsNamed(page, 'mine')
  await question.getByRole('button', { name: 'Cancel' }).click()
  await expect(question).toBeHidden()
  expect(await readFile(taken, 'utf8')).toBe('mine')

  await saveAsNamed(page, 'mine')
  await question.getByRole('button', { name: 'Replace it' }).click()
  await expect(page.getByText('Saved mine.png')).toBeVisible()
  expect((await sharp(taken).metadata()).width).toBe(240)
})

test("'Save as…' asks the system where; the format follows the name", async ({ limpid }) => {
  const { page, folders } = limpid
  await denoised(page, join(folders.photos, 'lake.png'))
  const target = join(folders.photos, 'small.webp')
  await page.evaluate(`desktop.target = ${JSON.stringify(target)}`)
  await page.getByRole('button', { name: 'Save as…' }).click()
  await expect(page.getByText(target)).toBeVisible()
  expect((await sharp(target).metadata()).format).toBe('webp')
  expect((await desktopOf(page)).asked).toEqual([join(folders.photos, 'lake-limpid.png')])
})

test('what the system does not let be written is told with what to do, and nothing is left', async ({
  limpid,
}) => {
  const { page, folders } = limpid
  await denoised(page, join(folders.photos, 'lake.png'))
  const nowhere = join(folders.photos, 'gone', 'lake.png')
  await page.evaluate(`desktop.target = ${JSON.stringify(nowhere)}`)
  await page.getByRole('button', { name: 'Save as…' }).click()
  await expect(page.locator('[data-sonner-toast][data-type="error"]')).toContainText('lake.png')
  expect(existsSync(nowhere)).toBe(false)
})

test('what the system asks to open is shown, whichever page and picture were', async ({ limpid }) => {
  const { page, folders, server } = limpid
  const [lake, sea] = [join(folders.photos, 'lake.png'), join(folders.photos, 'sea.png')]
  await denoised(page, lake)
  await writeFile(sea, picture)
  const lab = page.getByRole('button', { name: 'Lab', exact: true })
  await lab.click()
  await expect(lab).toHaveAttribute('aria-current', 'page')

  server.askToOpen([sea])
  await expect(page.getByRole('option', { name: /sea\.png/ })).toHaveAttribute('aria-selected', 'true')
  await expect(page.getByRole('option', { name: /lake\.png/ })).toHaveAttribute('aria-selected', 'false')

  // On the strip already: nothing is read, but it is shown.
  await lab.click()
  server.askToOpen([lake])
  await expect(page.getByRole('option', { name: /lake\.png/ })).toHaveAttribute('aria-selected', 'true')

  server.askToOpen([join(folders.photos, 'gone.png')])
  await expect(page.locator('[data-sonner-toast][data-type="error"]')).toContainText('gone.png')
})

async function denoised(page: Page, path: string): Promise<void> {
  await writeFile(path, picture)
  await page.evaluate(`desktop.files = [${JSON.stringify(path)}]`)
  await page.getByRole('button', { name: 'Open pictures…' }).click()
  await page.getByRole('button', { name: 'Denoise', exact: true }).click()
  await expect(page.getByRole('button', { name: 'Denoised' })).toBeVisible({ timeout: 30_000 })
}

async function saveAsNamed(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Save…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Save' })
  await dialog.getByRole('textbox', { name: 'Name' }).fill(name)
  await dialog.getByRole('button', { name: 'Save', exact: true }).click()
}

function desktopOf(page: Page): Promise<Desktop> {
  return page.evaluate('desktop')
}
