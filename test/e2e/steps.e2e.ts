/** The stack of steps: what is offered, the old-photo preset, a result of another size, painting what is to be filled in. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, type Page } from 'playwright/test'
import sharp from 'sharp'
import { drawScene } from './pictures/scene.ts'
import { download, drop, png } from './support/face.ts'
import { test } from './support/scripted.ts'

const WIDTH = 240
const HEIGHT = 160
let picture: Buffer
let blocky: Buffer
test.beforeAll(async () => {
  const { data, width, height } = await drawScene(WIDTH, HEIGHT)
  const scene = sharp(data, { raw: { width, height, channels: 3 } })
  picture = await scene.clone().png().toBuffer()
  blocky = await scene.clone().jpeg({ quality: 20 }).toBuffer()
})

const step = (page: Page, name: string) => page.getByRole('switch', { name, exact: true })
const steps = (page: Page) => page.getByRole('complementary', { name: 'Steps' })
const card = (page: Page, name: string) => page.getByRole('region', { name, exact: true })
const MODELS = [
  { id: 'inpaint', task: 'inpaint' },
  { id: 'upscale-2', task: 'upscale', scale: 2 },
  { id: 'jpeg-repair', task: 'jpeg-repair' },
] as const

test('a step without its model is shown, off, and says why', async ({ limpid }) => {
  const { page } = limpid
  await drop(page, png('a.png', picture))
  await expect(step(page, 'Denoise')).toBeChecked()
  await expect(step(page, 'Colourise')).toBeDisabled()
  await expect(card(page, 'Colourise')).toContainText('no model yet')
  await expect(step(page, 'Restore colours')).toBeEnabled()
})

test.describe('with models', () => {
  test.use({ models: { also: [...MODELS] } })

  test('the old-photo preset: its steps are on, each can be switched off, and the result is twice the size', async ({
    limpid,
  }) => {
    const { page } = limpid
    await drop(page, png('old.png', picture))
    await page.getByRole('button', { name: 'Old photo' }).click()
    for (const name of ['Fill in', 'Denoise', 'Restore colours', 'Enlarge']) {
      await expect(step(page, name)).toBeChecked()
    }
    await expect(step(page, 'Repair JPEG')).not.toBeChecked()
    await expect(page.getByText('Becomes 480 × 320 px.')).toBeVisible({ timeout: 30_000 }) // once it is read
    await step(page, 'Fill in').click()
    await steps(page).getByRole('button', { name: 'Restore', exact: true }).click()
    await expect(page.getByRole('button', { name: 'Restored' })).toBeVisible({ timeout: 30_000 })
    await expect(page.getByText('After · 480 × 320 px')).toBeVisible()

    // Both at 100 % of the result: the original is seen as large.
    await page.getByRole('button', { name: '100 %' }).click()
    const boxes = await page.locator('.layers img').evaluateAll((images) => {
      return images.map((image) => Math.round(image.getBoundingClientRect().width))
    })
    expect(new Set(boxes)).toEqual(new Set([2 * WIDTH]))

    const saved = await download(page)
    const { width, height } = await sharp(saved.bytes).metadata()
    expect([width, height]).toEqual([2 * WIDTH, 2 * HEIGHT])

    await step(page, 'Restore colours').click()
    await expect(page.getByText('What is shown was made with other steps.')).toBeVisible()
    await page.reload()
    await expect(step(page, 'Enlarge')).toBeChecked()
    await expect(step(page, 'Restore colours')).not.toBeChecked()
  })

  test('steps are moved by keyboard, and copied to all pictures', async ({ limpid }) => {
    const { page } = limpid
    await drop(page, png('a.png', picture), png('b.png', picture))
    await expect(page.getByRole('option', { name: /reading/ })).toHaveCount(0)
    await page.getByRole('option', { name: /^a\.png/ }).click()
    const cards = steps(page).getByRole('region')
    await expect(cards.nth(2)).toHaveAttribute('aria-label', 'Denoise')
    const up = page.getByRole('button', { name: 'Move Denoise up' })
    await up.focus()
    await up.press('Enter')
    await expect(cards.nth(1)).toHaveAttribute('aria-label', 'Denoise')
    await expect(up).toBeFocused()
    await up.press('Enter')
    // At the top it can go no further: the focus is on the way down.
    await expect(page.getByRole('button', { name: 'Move Denoise down' })).toBeFocused()
    await step(page, 'Enlarge').click()
    await page.getByRole('button', { name: 'Copy to all' }).click()
    await page.getByRole('option', { name: /^b\.png/ }).click()
    await expect(step(page, 'Enlarge')).toBeChecked()
    await expect(cards.first()).toHaveAttribute('aria-label', 'Denoise')
  })

  test('a strongly compressed JPEG is offered its repair, and the noise map is shown', async ({ limpid }) => {
    const { page } = limpid
    await drop(page, { name: 'blocky.jpg', mimeType: 'image/jpeg', buffer: blocky })
    await expect(card(page, 'Repair JPEG')).toContainText('Saved at quality about 20: repairing it helps.')
    await expect(step(page, 'Repair JPEG')).toBeChecked()
    await page.getByRole('button', { name: 'Noise map' }).click()
    await expect(page.getByRole('img', { name: /Noise map/ })).toBeVisible()
    const map = page.locator('.map img').first()
    await expect.poll(() => map.evaluate((image) => Reflect.get(image, 'naturalWidth'))).toBe(WIDTH / 16)
    // It goes with the step that its button is in.
    await step(page, 'Denoise').click()
    await expect(map).toBeHidden()
  })
})

test.describe('with a model for pages', () => {
  test.use({ models: { also: [{ id: 'document-clean', task: 'document-clean' }] } })

  test('the stained page can be tried: cleaning it is all that is done', async ({ limpid }) => {
    const { page } = limpid
    await page.getByRole('button', { name: 'Try a stained page' }).click()
    await expect(step(page, 'Clean document')).toBeChecked()
    await expect(step(page, 'Denoise')).not.toBeChecked()
    await expect(page.getByText('sample-page.jpg')).toBeVisible()
  })
})

test.describe('what is painted', () => {
  test.use({ models: { also: [...MODELS] } })

  test('becomes the mask of its step, at the size of the picture', async ({ limpid }) => {
    const { page, folders } = limpid
    await drop(page, png('torn.png', picture))
    await step(page, 'Fill in').click()
    await page.getByRole('button', { name: 'Paint…' }).click()
    const use = page.getByRole('button', { name: 'Use this mask' })
    await expect(use).toBeDisabled()
    const box = (await page.locator('.picture').first().boundingBox())!
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x + box.width / 4, y)
    await page.mouse.up()
    await page.mouse.click(x, y - box.height / 4) // a dot too
    await use.click()
    await expect(page.getByText('What was painted is filled in.')).toBeVisible()
    const mask = sharp(await uploadedMask(folders.cache))
    const { data, info } = await mask.greyscale().raw().toBuffer({ resolveWithObject: true })
    expect([info.width, info.height]).toEqual([WIDTH, HEIGHT])
    const at = (column: number, row: number) => data[row * WIDTH + column]
    expect([at(WIDTH / 2 + 20, HEIGHT / 2), at(WIDTH / 2 - 20, HEIGHT / 2), at(10, 10)]).toEqual([255, 0, 0])
    expect(at(WIDTH / 2, HEIGHT / 4)).toBe(255)
    await page.getByRole('button', { name: 'Find scratches' }).click()
    await expect(page.getByText('Scratches are found by themselves.')).toBeVisible()
  })

  test('is touched up after a reload; Cancel takes back what came since, and dialogs keep their keys', async ({
    limpid,
  }) => {
    const { page } = limpid
    const strokes = page.locator('.strokes path')
    const paint = page.getByRole('button', { name: 'Paint…' })
    const use = page.getByRole('button', { name: 'Use this mask' })
    /** @param share of the picture's height at which it is */
    const dot = async (share: number): Promise<void> => {
      const box = (await page.locator('.picture').first().boundingBox())!
      await page.mouse.click(box.x + box.width / 2, box.y + share * box.height)
    }
    await drop(page, png('torn.png', picture))
    await step(page, 'Fill in').click()
    await paint.click()
    await dot(0.4)
    await use.click()
    await expect(paint).toBeFocused()

    await page.reload()
    await paint.click()
    await expect(strokes).toHaveCount(1)
    await expect(page.getByText('Begins anew')).toBeHidden()
    await dot(0.5)
    await dot(0.6)
    await expect(strokes).toHaveCount(3)
    await page.keyboard.press('Control+z')
    await expect(strokes).toHaveCount(2)
    await page.keyboard.press('Control+,')
    const settings = page.getByRole('dialog', { name: 'Settings' })
    await expect(settings).toBeVisible()
    await page.keyboard.press('Control+z')
    await page.keyboard.press('Escape')
    await expect(settings).toBeHidden()
    await expect(strokes).toHaveCount(2)
    await page.getByRole('button', { name: 'Cancel', exact: true }).click()
    await expect(use).toBeHidden()
    await expect(paint).toBeFocused()
    await page.keyboard.press('Enter')
    await expect(strokes).toHaveCount(1)
    await page.keyboard.press('Escape')
    await expect(use).toBeHidden()
  })

  test('is painted with a brush whose size the mouse changes', async ({ limpid }) => {
    const { page } = limpid
    await drop(page, png('torn.png', picture))
    await step(page, 'Fill in').click()
    await page.getByRole('button', { name: 'Paint…' }).click()
    const brush = page.getByRole('toolbar', { name: 'Brush' }).getByRole('slider')
    const size = async () => Number(await brush.getAttribute('aria-valuenow'))
    const before = await size()
    const thumb = (await brush.boundingBox())!
    const [x, y] = [thumb.x + thumb.width / 2, thumb.y + thumb.height / 2]
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x + 60, y, { steps: 4 })
    await page.mouse.up()
    expect(await size()).toBeGreaterThan(before + 8)
    // Nothing was painted or moved meanwhile.
    await expect(page.locator('.strokes path')).toHaveCount(0)
    await expect(page.getByRole('button', { name: 'Fit' })).toHaveAttribute('aria-pressed', 'true')
  })

  test('is used by the button that restores; a Clear can be undone', async ({ limpid }) => {
    const { page, folders } = limpid
    await drop(page, png('torn.png', picture))
    await step(page, 'Fill in').click()
    await page.getByRole('button', { name: 'Paint…' }).click()
    const box = (await page.locator('.picture').first().boundingBox())!
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2)
    const strokes = page.locator('.strokes path')
    await page.getByRole('button', { name: 'Clear' }).click()
    await expect(strokes).toHaveCount(0)
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect(strokes).toHaveCount(1)

    await steps(page).getByRole('button', { name: 'Restore', exact: true }).click()
    await expect(page.getByText('What was painted is filled in.')).toBeVisible()
    await expect(page.getByRole('button', { name: 'Restored' })).toBeVisible({ timeout: 30_000 })
    await expect(page.getByRole('slider', { name: /Split/ })).toBeVisible()
    const { channels } = await sharp(await uploadedMask(folders.cache)).stats()
    expect(channels[0]!.max).toBe(255)
  })
})

async function uploadedMask(cache: string): Promise<Buffer> {
  const uploads = join(cache, 'uploads')
  const files = await readdir(uploads, { recursive: true })
  return readFile(join(uploads, files.find((file) => file.endsWith('mask.png'))!))
}
