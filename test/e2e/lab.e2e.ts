/**
 * The Lab, whole: a folder of pictures brought in, an autoencoder trained on it by Limpid's own engine, curves saved, and
 * pictures like one of them found.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, type Page } from 'playwright/test'
import sharp from 'sharp'
import { test } from './support/real.ts'

const SIDE = 16
const STEPS = 60
/** Where rectangles are, before they come again. */
const PLACES = 25
/** An engine starts TensorFlow first, on a busy machine. */
const patiently = { timeout: 100_000 }

test('a dense autoencoder learns from a folder of pictures, with curves and samples to see and to save', async ({
  limpid,
}) => {
  test.setTimeout(240_000)
  const { page, folders } = limpid
  await page.getByRole('button', { name: 'Lab' }).click()
  const card = page.getByRole('button', { name: /^Dense autoencoder/ })
  await card.click()
  await expect(card.getByRole('img', { name: 'Layers of Dense autoencoder' })).toBeVisible(patiently)

  await bring(page, await shapes(join(folders.photos, 'alone'), 1))
  await expect(page.getByRole('alert').getByText(/single picture/)).toBeVisible(patiently)
  await bring(page, await shapes(join(folders.photos, 'shapes'), 40))
  await expect(page.getByText(`40 pictures of ${SIDE} × ${SIDE} px, grey`)).toBeVisible(patiently)

  await set(page, 'Or so many steps', STEPS)
  await set(page, 'Pictures a step', 8)
  await set(page, 'Units of the code', 12)
  await page.getByRole('button', { name: 'Train', exact: true }).click()
  await expect(page.getByRole('img', { name: 'Curve of loss' })).toBeVisible(patiently)
  await expect(page.getByRole('main').getByRole('status')).toHaveText('finished', patiently)

  const samples = page.getByRole('img', { name: `Samples at step ${STEPS}` })
  await expect
    .poll(() => samples.evaluate((picture) => (picture as unknown as { naturalWidth: number }).naturalWidth))
    .toBeGreaterThan(SIDE)
  const coming = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save as CSV' }).click()
  const [names, ...lines] = (await readFile(await (await coming).path(), 'utf8')).trimEnd().split('\r\n')
  const column = names!.split(',').indexOf('validation loss')
  const losses = lines
    .map((line) => Number(line.split(',').at(column - names!.split(',').length)))
    .filter((loss) => loss > 0)
  expect(losses.length).toBeGreaterThanOrEqual(10)
  expect(losses.at(-1)).toBeLessThan(losses[0]! / 2)

  const tools = page.getByRole('region', { name: 'Tools' })
  await tools.getByRole('button', { name: 'Use it' }).click()
  await tools.getByRole('button', { name: 'Pictures like 3.png' }).click(patiently)
  // The same rectangle at the same place.
  await expect(tools.getByText('Nearest')).toHaveText(`Nearest ${3 + PLACES}.png`, patiently)
  await expect(tools.getByText('Its distance')).toHaveText('Its distance 0')
  await expect(tools.getByRole('img', { name: 'Similar pictures' })).toBeVisible()
})

/** White rectangles on black, each of the first `PLACES` elsewhere. */
async function shapes(folder: string, count: number): Promise<string> {
  await mkdir(folder)
  for (let i = 0; i < count; i++) {
    const samples = Buffer.alloc(SIDE * SIDE)
    const [left, top] = [2 + (i % 5), 2 + (Math.floor(i / 5) % 5)]
    for (let y = top; y < top + 7; y++) samples.fill(255, y * SIDE + left, y * SIDE + left + 7)
    const raw = { width: SIDE, height: SIDE, channels: 1 } as const
    await writeFile(
      join(folder, `${i}.png`),
      await sharp(samples, { raw }).toColourspace('b-w').png().toBuffer(),
    )
  }
  return folder
}

async function bring(page: Page, folder: string): Promise<void> {
  const asked = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Add a folder…' }).click()
  await (await asked).setFiles(folder)
}

async function set(page: Page, label: string, value: number): Promise<void> {
  const field = page.getByLabel(label)
  await field.fill(String(value))
  await field.blur()
}
