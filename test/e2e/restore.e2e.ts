/** The main job, whole: a noisy photo dropped, denoised by the shipped model, compared, saved, and measured. */
import { expect, type Locator, type Page } from 'playwright/test'
import sharp from 'sharp'
import { drawScene, psnr, type Rgb, withNoise } from './pictures/scene.ts'
import { drop, png } from './support/face.ts'
import { test } from './support/real.ts'

const SIGMA = 25
/** What denoise-fast must gain on the drawn scene at that noise, dB. A model trained half-way gained 13.3. */
const GAIN_DB = 10
/** A computation may start TensorFlow first, on a busy machine. */
const COMPUTING_MS = 90_000

let clean: Rgb
let noisy: Rgb
test.beforeAll(async () => {
  clean = await drawScene(600, 400)
  noisy = withNoise(clean, SIGMA, 1)
})

test('a dropped photo is denoised, compared and saved closer to the truth', async ({ limpid }) => {
  const { page } = limpid
  await drop(page, png('night.png', await asPng(noisy)))
  await expect(page.getByText(/Noise found: σ ≈ 2\d/)).toBeVisible()
  await denoise(page)
  await expect(page.getByText(/Noise removed: σ ≈ 2\d/)).toBeVisible()

  const split = page.getByRole('slider', { name: /Split/ })
  await expect(split).toHaveAttribute('aria-valuenow', '50')
  await dragTo(page, split, 0.2)
  await expect(split).toHaveAttribute('aria-valuenow', '20')
  // The sky, left and right of the line: noisy before, smooth after.
  const [before, after] = await skyNoise(page, [0.05, 0.6])
  expect(before).toBeGreaterThan(3 * after!)

  const saved = await fromPng(await limpid.save('PNG'))
  const gain = psnr(clean, saved) - psnr(clean, noisy)
  console.log(`saved: ${psnr(clean, saved).toFixed(2)} dB, gained ${gain.toFixed(2)} dB`)
  expect(gain).toBeGreaterThan(GAIN_DB)
})

test('the noise map shows where noise was removed, once it was', async ({ limpid }) => {
  const { page } = limpid
  const halves = { ...noisy, data: Buffer.from(noisy.data) }
  const middle = Math.floor(halves.height / 2) * halves.width * 3
  halves.data.set(clean.data.subarray(0, middle)) // the upper half has no noise
  await drop(page, png('half.png', await asPng(halves)))
  await page.getByRole('button', { name: 'Noise map' }).click()
  await expect(page.getByRole('img', { name: /Noise map/ })).toBeVisible()
  const estimated = await mapOf(page)
  await denoise(page)
  await expect.poll(() => mapOf(page)).not.toEqual(estimated)
  const { data, width, height } = await fromPng(await (await page.request.get(await mapOf(page))).body())
  expect([width, height]).toEqual([Math.floor(600 / 16), 400 / 16])
  const mean = (from: number, to: number) => {
    const rows = data.subarray(from * width * 3, to * width * 3)
    return rows.reduce((sum, value) => sum + value, 0) / rows.length
  }
  expect(mean(14, 24)).toBeGreaterThan(3 * mean(0, 11))
})

test('strength is a blend: what is saved at 40 % lies 40 % of the way to the result', async ({ limpid }) => {
  const { page } = limpid
  await drop(page, png('night.png', await asPng(noisy)))
  await denoise(page)
  const full = await fromPng(await limpid.save('PNG'))
  const strength = page.getByRole('slider', { name: 'Strength' })
  await strength.focus()
  await strength.press('Home')
  for (let i = 0; i < 40; i++) await strength.press('ArrowRight')
  await expect(strength).toHaveAttribute('aria-valuenow', '40')
  const blended = await fromPng(await limpid.save('PNG'))
  // The full result was rounded to 8 bits when it was saved, and so was the blend.
  const furthest = blended.data.reduce((most, value, i) => {
    const expected = noisy.data[i]! + 0.4 * (full.data[i]! - noisy.data[i]!)
    return Math.max(most, Math.abs(value - expected))
  }, 0)
  expect(furthest).toBeLessThanOrEqual(1)
})

test('a damaged file beside a good one is named, and the good one is done all the same', async ({
  limpid,
}) => {
  const { page } = limpid
  const good = await asPng(noisy)
  await drop(page, png('cut.png', good.subarray(0, good.length / 2)), png('good.png', good))
  await page.getByRole('option', { name: /cut\.png, error/ }).click()
  const alert = page.getByRole('alert')
  await expect(alert).toContainText('cut.png')
  await page.getByRole('option', { name: /good\.png/ }).click()
  await denoise(page)
  await expect(page.getByRole('option', { name: /good\.png, done/ })).toBeVisible()
})

test('cancel stops the work, and the next picture is done', async ({ limpid }) => {
  const { page } = limpid
  const large = await sharp(noisy.data, { raw: { width: 600, height: 400, channels: 3 } })
    .resize(6000, 4000, { kernel: 'nearest' })
    .png({ compressionLevel: 1 })
    .toBuffer()
  await drop(page, png('large.png', large), png('small.png', await asPng(noisy)))
  await page.getByRole('option', { name: /large\.png/ }).click()
  await expect(page.getByText('6000 × 4000 px')).toBeVisible({ timeout: COMPUTING_MS })
  await page.getByRole('button', { name: 'Denoise', exact: true }).click()
  await expect(page.getByRole('progressbar')).toBeVisible()
  await page.getByRole('button', { name: 'Cancel', exact: true }).click()
  await expect(page.getByRole('progressbar')).toBeHidden({ timeout: COMPUTING_MS })
  await expect(page.getByRole('button', { name: 'Save…' })).toBeDisabled()
  await page.getByRole('option', { name: /small\.png/ }).click()
  await denoise(page)
})

async function denoise(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Denoise', exact: true }).click()
  await expect(page.getByRole('button', { name: 'Denoised' })).toBeVisible({ timeout: COMPUTING_MS })
  // The split sweeps in when a result comes.
  await expect(page.getByRole('slider', { name: /Split/ })).toHaveAttribute('aria-valuenow', '50')
}

/** Drags the split to that share of the picture's width. */
async function dragTo(page: Page, split: Locator, share: number): Promise<void> {
  const picture = (await page.locator('.picture').first().boundingBox())!
  const handle = (await split.boundingBox())!
  const y = handle.y + handle.height / 2
  await page.mouse.move(handle.x + handle.width / 2, y)
  await page.mouse.down()
  await page.mouse.move(picture.x + 0.5 * picture.width, y, { steps: 3 })
  await page.mouse.move(picture.x + share * picture.width, y, { steps: 8 })
  await page.mouse.up()
}

/** Address of the noise map that lies over the picture. */
async function mapOf(page: Page): Promise<string> {
  const source = await page.locator('.map img').first().getAttribute('src')
  return new URL(source!, page.url()).href
}

/** Mean step from pixel to pixel in the sky as the screen shows it, at shares of the picture's width. */
async function skyNoise(page: Page, shares: number[]): Promise<number[]> {
  const picture = (await page.locator('.picture').first().boundingBox())!
  const noise: number[] = []
  for (const share of shares) {
    const at = { x: picture.x + share * picture.width, y: picture.y + 0.2 * picture.height }
    const { data, width, height } = await fromPng(
      await page.screenshot({ clip: { ...at, width: 60, height: 30 } }),
    )
    const pixels = [...Array(width * height - 1).keys()]
    noise.push(
      pixels.reduce((sum, i) => sum + Math.abs(data[3 * i + 4]! - data[3 * i + 1]!), 0) / pixels.length,
    )
  }
  return noise
}

function asPng({ data, width, height }: Rgb): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
}

async function fromPng(bytes: Buffer): Promise<Rgb> {
  const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}
