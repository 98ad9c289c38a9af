/** The window: what it shows and does while work goes on, when it goes wrong, and by keyboard alone. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, type Page } from 'playwright/test'
import sharp from 'sharp'
import { drawScene } from './pictures/scene.ts'
import { download, drop, png } from './support/face.ts'
import { test } from './support/scripted.ts'

let picture: Buffer
test.beforeAll(async () => {
  const { data, width, height } = await drawScene(240, 160)
  picture = await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
})

const option = (page: Page, name: RegExp) => page.getByRole('option', { name })

test.describe('work that goes on', () => {
  test('shows progress that moves between reports, time left, and a Cancel that cancels', async ({
    limpid,
  }) => {
    const { page } = limpid
    await drop(page, png('slow.png', picture))
    await page.getByRole('button', { name: 'Denoise', exact: true }).click()
    const bar = page.getByRole('progressbar', { name: 'Denoising · slow.png' })
    // Reports come every 2 s, in eighths; the bar moves on in between.
    await expect(bar).toHaveAttribute('aria-valuenow', /^1[3-9]$/, { timeout: 10_000 })
    await expect(page.getByText(/% · \d+ s left/)).toBeVisible()
    await expect(option(page, /slow\.png, \d+ %/)).toBeVisible()
    await page.getByRole('button', { name: 'Cancel', exact: true }).click()
    await expect(bar).toBeHidden({ timeout: 3000 })
    await expect(page.getByRole('button', { name: 'Denoise', exact: true })).toBeEnabled()
  })

  test('goes on when the window is closed, and is there when it is opened again', async ({
    limpid,
    context,
  }) => {
    const { page } = limpid
    await drop(page, png('slow.png', picture))
    await page.getByRole('button', { name: 'Denoise', exact: true }).click()
    await expect(page.getByRole('progressbar')).toBeVisible()
    await page.goto('about:blank')
    const again = await context.newPage()
    await again.goto(limpid.server.url)
    await expect(again.getByRole('progressbar', { name: 'Denoising · slow.png' })).toBeVisible()
    await expect(again.getByRole('button', { name: 'Denoised' })).toBeVisible({ timeout: 30_000 })
    await again.close()
  })

  test('that a crash of Limpid cut off can be resumed', async ({ limpid }) => {
    const { page } = limpid
    limpid.mayComplain(/WebSocket|ERR_/)
    await drop(page, png('slow.png', picture), png('other.png', picture))
    await option(page, /slow\.png/).click()
    await page.getByRole('button', { name: 'Denoise', exact: true }).click()
    await expect(page.getByRole('progressbar')).toBeVisible()
    await limpid.server.kill()
    await expect(page.getByText('Connection lost.')).toBeVisible()
    await limpid.restart()
    await expect(page.getByText('1 job was interrupted')).toBeVisible()
    await page.getByRole('button', { name: 'Resume' }).click()
    await expect(page.getByRole('progressbar', { name: 'Denoising · slow.png' })).toBeVisible()
    await expect(page.getByText('interrupted')).toBeHidden()
  })

  test('on several pictures: chosen together, done one after the other', async ({ limpid }) => {
    const { page } = limpid
    await drop(page, ...['a', 'b', 'c', 'd'].map((name) => png(`${name}.png`, picture)))
    await expect(option(page, /reading/)).toHaveCount(0)
    await option(page, /^a\.png/).click()
    await option(page, /^c\.png/).click({ modifiers: ['Shift'] })
    await expect(page.getByText('3 of 4 pictures chosen')).toBeVisible()
    await page.getByRole('button', { name: 'Denoise 3 pictures' }).click()
    await expect(option(page, /done/)).toHaveCount(3, { timeout: 30_000 })
    await expect(page.getByRole('button', { name: 'Save 3 pictures…' })).toBeEnabled()
    await option(page, /^b\.png/).click()
    await page.keyboard.press('Delete')
    await expect(page.getByRole('option')).toHaveCount(3)
    // Its neighbour is shown in its place.
    await expect(option(page, /^c\.png/)).toHaveAttribute('aria-selected', 'true')
  })
})

test.describe('when something goes wrong', () => {
  test('a failed job says on the picture what happened and what to do', async ({ limpid }) => {
    const { page } = limpid
    await drop(page, png('fails.png', picture))
    await page.getByRole('button', { name: 'Denoise', exact: true }).click()
    const alert = page.getByRole('alert')
    await expect(alert).toContainText('There was not enough memory to denoise fails.png.')
    await expect(alert).toContainText('Close other programs')
    await expect(alert.getByRole('button', { name: 'Try again' })).toBeVisible()
  })

  test('a crash of the engine costs one job; the next one is done', async ({ limpid }) => {
    const { page } = limpid
    await drop(page, png('crashes.png', picture), png('fine.png', picture))
    await expect(option(page, /reading/)).toHaveCount(0)
    await option(page, /crashes/).click()
    await page.getByRole('button', { name: 'Denoise', exact: true }).click()
    await expect(option(page, /crashes\.png, error/)).toBeVisible()
    await option(page, /fine/).click()
    await page.getByRole('button', { name: 'Denoise', exact: true }).click()
    await expect(option(page, /fine\.png, done/)).toBeVisible({ timeout: 30_000 })
  })

  test('what is no picture is named, and the rest is opened', async ({ limpid }) => {
    const { page } = limpid
    await drop(page, png('good.png', picture), png('letter.png', Buffer.from('Dear Sir,')))
    await expect(page.getByText('letter.png is no picture').first()).toBeVisible()
    await expect(option(page, /^good\.png/)).toHaveAttribute('aria-selected', 'true')
    await expect(page.getByRole('button', { name: 'Denoise', exact: true })).toBeEnabled()
  })
})

test.describe('by a slower way to compute', () => {
  test.use({ fallback: true })
  test('the window says so, and the doctor says why', async ({ limpid }) => {
    const { page } = limpid
    await page.getByRole('button', { name: /WebAssembly \(fallback\)/ }).click()
    await expect(page.getByText("TensorFlow's native library is not installed.")).toBeVisible()
    await page.getByRole('button', { name: 'Open the doctor…' }).click()
    const doctor = page.getByRole('dialog', { name: 'Doctor' })
    await expect(doctor.getByText('npm run setup:tensorflow')).toBeVisible()
    await expect(doctor.getByText('in use')).toBeVisible()
  })
})

test.describe('by keyboard alone', () => {
  test('opened, denoised, compared and saved', async ({ limpid }) => {
    const { page, folders } = limpid
    const file = join(folders.photos, 'holiday.png')
    await writeFile(file, picture)
    await expect(page.getByRole('heading', { name: 'Drop photos here' })).toBeVisible()
    const choosing = page.waitForEvent('filechooser')
    await page.keyboard.press('Control+o')
    await (await choosing).setFiles(file)
    await expect(page.getByText('240 × 160 px')).toBeVisible()

    await page.keyboard.press('Control+Enter')
    await expect(page.getByRole('button', { name: 'Denoised' })).toBeVisible({ timeout: 30_000 })
    const split = page.getByRole('slider', { name: /Split/ })
    await expect(split).toHaveAttribute('aria-valuenow', '50')
    await tabTo(page, split)
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('Shift+ArrowLeft')
    await expect(split).toHaveAttribute('aria-valuenow', '38')
    await page.keyboard.press('1')
    await expect(page.getByRole('button', { name: '100 %' })).toHaveAttribute('aria-pressed', 'true')
    await page.keyboard.down('Space')
    await expect(split).toBeHidden()
    await page.keyboard.up('Space')
    await expect(split).toBeVisible()
    await expect(split).toBeFocused()
    await page.keyboard.press('ArrowRight')
    await expect(split).toHaveAttribute('aria-valuenow', '40')

    await page.keyboard.press('Control+s')
    await expect(page.getByRole('textbox', { name: 'Name' })).toBeFocused()
    await page.keyboard.type('beach')
    const coming = page.waitForEvent('download')
    await page.keyboard.press('Enter')
    expect((await coming).suggestedFilename()).toBe('beach.png')
    await expect(page.getByText('Downloaded beach.png')).toBeVisible()
  })

  test('an item of the strip keeps the focus when what is said of it changes', async ({ limpid }) => {
    const { page } = limpid
    await drop(page, png('fails.png', picture), png('other.png', picture))
    await tabTo(page, option(page, /^fails\.png$/)) // once it is read
    await page.keyboard.press('Control+Enter')
    const failed = option(page, /fails\.png, error, There was not enough memory/)
    await expect(failed).toBeFocused()
    // And tells at once what went wrong.
    const tip = page.locator('.tip')
    await expect(tip).toContainText('There was not enough memory')
    // It is tried again, for a moment there is nothing to tell, and it fails again: another element, two times over.
    await failed.evaluate((element) => element.setAttribute('data-seen', ''))
    await page.keyboard.press('Control+Enter')
    await expect(failed).not.toHaveAttribute('data-seen')
    await expect(failed).toBeFocused()
    await page.keyboard.press('ArrowDown')
    await expect(option(page, /^other\.png/)).toBeFocused()
  })

  test('a letter typed to a choice is for its options alone', async ({ limpid }) => {
    const { page } = limpid
    await drop(page, png('a.png', picture))
    const model = page.getByRole('combobox', { name: /^Model/ })
    await model.focus()
    await page.keyboard.press('d')
    await page.keyboard.press('?')
    await expect(model).toBeFocused()
    await expect(page.getByRole('dialog')).toHaveCount(0)
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('d')
    await expect(model).toBeHidden()
  })

  test('the strip: arrows, Shift, all, Delete; and a sheet of every key', async ({ limpid }) => {
    const { page } = limpid
    // A thumbnail that was on its way when its picture was taken off.
    limpid.mayComplain(/404/)
    await drop(page, ...['a', 'b', 'c'].map((name) => png(`${name}.png`, picture)))
    await expect(page.getByRole('option')).toHaveCount(3)
    await tabTo(page, option(page, /^a\.png/))
    await page.keyboard.press('ArrowDown')
    await expect(option(page, /^b\.png/)).toBeFocused()
    await page.keyboard.press('Shift+ArrowDown')
    await expect(page.getByText('2 of 3 pictures chosen')).toBeVisible()
    await page.keyboard.press('?')
    await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(option(page, /^c\.png/)).toBeFocused()
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Delete')
    await expect(option(page, /^c\.png/)).toBeFocused()
    await page.keyboard.press('Control+a')
    await page.keyboard.press('Delete')
    await expect(page.getByRole('heading', { name: 'Drop photos here' })).toBeVisible()
  })
})

test('before and after move as one: zoom at the pointer, pan, side by side, hold', async ({ limpid }) => {
  const { page } = limpid
  await drop(page, png('lake.png', picture))
  await page.getByRole('button', { name: 'Denoise', exact: true }).click()
  const split = page.getByRole('slider', { name: /Split/ })
  await expect(split).toHaveAttribute('aria-valuenow', '50', { timeout: 30_000 })
  const places = async () => {
    const boxes = await Promise.all((await page.locator('.picture').all()).map((one) => one.boundingBox()))
    return boxes.map((box) => box!)
  }
  const viewer = (await page.locator('.viewer').boundingBox())!
  const pointer = { x: viewer.x + 300, y: viewer.y + 500 }

  const [fitted] = await places()
  await page.mouse.move(pointer.x, pointer.y)
  await page.mouse.wheel(0, -400)
  await expect(page.getByRole('status', { name: 'Zoom' })).toHaveText(/^\d+ %$/)
  const [before, after] = await places()
  expect(after).toEqual(before)
  expect(before!.width).toBeGreaterThan(2 * fitted!.width)
  // What was under the pointer is still there.
  expect((pointer.x - before!.x) / before!.width).toBeCloseTo((pointer.x - fitted!.x) / fitted!.width, 2)

  await page.mouse.down()
  await page.mouse.move(pointer.x + 60, pointer.y - 40, { steps: 4 })
  await page.mouse.up()
  const [panned] = await places()
  expect(panned!.x).toBeCloseTo(before!.x + 60, 0)
  expect(panned!.y).toBeCloseTo(before!.y - 40, 0)

  await page.keyboard.press('0')
  await page.getByRole('button', { name: 'Side by side' }).click()
  const [left, right] = await places()
  expect(right!.width).toBe(left!.width)
  expect(right!.x).toBeGreaterThan(left!.x + left!.width)

  await page.getByRole('button', { name: 'Hold' }).click()
  await expect(page.getByText('After', { exact: true })).toBeVisible()
  await page.mouse.move(pointer.x, pointer.y)
  await page.mouse.down()
  await expect(page.getByText('Before', { exact: true })).toBeVisible()
  await page.mouse.up()
  await expect(page.getByText('After', { exact: true })).toBeVisible()
})

test('a picture that is slow to load is never seen as the one before it', async ({ limpid }) => {
  const { page } = limpid
  const plain = (background: string) =>
    sharp({ create: { width: 240, height: 160, channels: 3, background } })
      .png()
      .toBuffer()
  await drop(page, png('red.png', await plain('#f00')), png('blue.png', await plain('#00f')))
  await expect(option(page, /^blue\.png$/)).toBeVisible() // it is read
  await option(page, /^red\.png$/).click()
  const middle = async (): Promise<string> => {
    const box = (await page.locator('.picture').first().boundingBox())!
    const clip = { x: box.x + box.width / 2, y: box.y + box.height / 2, width: 4, height: 4 }
    const { channels } = await sharp(await page.screenshot({ clip })).stats()
    const [red, , blue] = channels.map(({ mean }) => mean)
    return red! > 200 ? 'red' : blue! > 200 ? 'blue' : 'neither'
  }
  await expect.poll(middle).toBe('red')
  let arrive = (): void => {}
  const held = new Promise<void>((resolve) => {
    arrive = resolve
  })
  await page.route(/view\.png/, async (route) => {
    await held
    await route.continue()
  })
  await option(page, /^blue\.png/).click()
  await expect(page.getByRole('group', { name: /^blue\.png/ })).toBeVisible()
  // Its thumbnail stands in for it.
  await expect.poll(middle).toBe('blue')
  // So does the other's, on the way back.
  await option(page, /^red\.png/).click()
  await expect.poll(middle).toBe('red')
  await expect(page.locator('.picture .layers img')).toHaveCount(2)
  await option(page, /^blue\.png/).click()
  await expect.poll(middle).toBe('blue')
  arrive()
  await expect.poll(middle).toBe('blue')
})

test('a folder is opened with the pictures in it; one without says so', async ({ limpid }) => {
  const { page, folders } = limpid
  const trip = join(folders.photos, 'trip')
  await mkdir(join(trip, 'day 2'), { recursive: true })
  await writeFile(join(trip, 'one.png'), picture)
  await writeFile(join(trip, 'day 2', 'two.png'), picture)
  await writeFile(join(trip, 'notes.txt'), 'sunny')
  const choosing = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Open a folder…' }).click()
  await (await choosing).setFiles(trip)
  await expect(page.getByRole('option')).toHaveCount(2)
  await expect(option(page, /one\.png/)).toBeVisible()
  await expect(option(page, /two\.png/)).toBeVisible()

  const letters = join(folders.photos, 'letters')
  await mkdir(letters)
  await writeFile(join(letters, 'dear.txt'), 'Dear Sir,')
  const again = page.waitForEvent('filechooser')
  await page.keyboard.press('Control+Shift+O')
  await (await again).setFiles(letters)
  await expect(page.getByText('The folder letters holds no picture.')).toBeVisible()
})

test('a picture off the clipboard is opened', async ({ limpid }) => {
  const { page } = limpid
  // As text: this file's types know no page.
  await page.evaluate(`{
    const bytes = Uint8Array.from(atob('${picture.toString('base64')}'), (letter) => letter.charCodeAt(0))
    const clipboardData = new DataTransfer()
    clipboardData.items.add(new File([bytes], 'image.png', { type: 'image/png' }))
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }))
  }`)
  await expect(option(page, /image\.png/)).toBeVisible()
  await expect(page.getByRole('button', { name: 'Denoise', exact: true })).toBeEnabled()
})

test('the empty page offers what there are models for, and the way to the Lab', async ({ limpid }) => {
  const { page } = limpid
  const offers = page.getByRole('list', { name: 'What Limpid can do' })
  await expect(offers.getByRole('listitem')).toHaveText([/^\s*Denoise/, /^\s*Restore colours/, /Teach it/])
  await expect(page.getByRole('button', { name: 'Try a stained page' })).toBeHidden()
  await offers.getByRole('button', { name: 'Teach it yours' }).click()
  await expect(page.getByRole('button', { name: 'Lab', exact: true })).toHaveAttribute('aria-current', 'page')
})

test('the sample can be tried', async ({ limpid }) => {
  const { page } = limpid
  await page.getByRole('button', { name: 'Try an old photo' }).click()
  await expect(option(page, /sample\.jpg/)).toBeVisible()
  await expect(page.getByRole('switch', { name: 'Restore colours' })).toBeChecked()
  const steps = page.getByRole('complementary', { name: 'Steps' })
  await steps.getByRole('button', { name: 'Restore', exact: true }).click()
  await expect(page.getByRole('button', { name: 'Restored' })).toBeVisible({ timeout: 30_000 })
  const { name, bytes } = await download(page, 'WebP')
  expect(name).toBe('sample-limpid.webp')
  expect((await sharp(bytes).metadata()).format).toBe('webp')
})

test('settings are kept: the theme, and the strength of new pictures', async ({ limpid }) => {
  const { page } = limpid
  await page.keyboard.press('Control+,')
  await page.getByLabel(/^Theme/).click()
  await page.getByRole('option', { name: 'Light' }).click()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light')
  const strength = page.getByRole('dialog').getByRole('slider', { name: 'Strength' })
  await strength.focus()
  for (let i = 0; i < 3; i++) await strength.press('ArrowLeft')
  await expect(strength).toHaveAttribute('aria-valuenow', '97')
  await page.getByRole('button', { name: 'Done' }).click()
  await drop(page, png('new.png', picture))
  await expect(page.getByRole('slider', { name: 'Strength' })).toHaveAttribute('aria-valuenow', '97')
  await page.reload()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light')
  await expect(page.getByRole('slider', { name: 'Strength' })).toHaveAttribute('aria-valuenow', '97')
})

/** Presses Tab until it has the focus, as a person does who uses no mouse. */
async function tabTo(page: Page, target: ReturnType<Page['getByRole']>): Promise<void> {
  for (let i = 0; i < 40; i++) {
    if (await target.evaluate((element) => element === element.ownerDocument.activeElement)) return
    await page.keyboard.press('Tab')
  }
  throw new Error('Tab does not reach it.')
}
