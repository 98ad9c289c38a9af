/**
 * Takes the README's picture of the window: `node test/e2e/pictures/write-screenshot.ts` writes assets/screenshot.png, the
 * stained page as its first restoration leaves it. LIMPID_CHROMIUM names the browser. Build first.
 */
import { join } from 'node:path'
import { chromium } from 'playwright/test'
import sharp from 'sharp'
import { environment, newFolders, ROOT, startServer } from '../support/face.ts'

const COMPUTING_MS = 180_000

const folders = await newFolders()
const server = await startServer(
  ['src/cli/main.ts', 'serve', '--port', '0', '--no-open'],
  environment(folders),
)
const browser = await chromium.launch({
  executablePath: process.env.LIMPID_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
})
try {
  const page = await browser.newPage({ viewport: { width: 1360, height: 840 }, reducedMotion: 'reduce' })
  page.setDefaultTimeout(COMPUTING_MS)
  await page.goto(server.url)
  await page.getByRole('button', { name: 'Try a stained page' }).click()
  const steps = page.getByRole('complementary', { name: 'Steps' })
  await steps.getByRole('button', { name: 'Restore', exact: true }).click()
  await page.getByRole('button', { name: 'Restored' }).waitFor()
  await page.getByText('Before', { exact: true }).waitFor()
  // The result's view is decoded.
  await page.waitForFunction(
    '[...document.images].every(({ complete, naturalWidth }) => complete && naturalWidth > 0)',
  )
  // 256 colours are a third of the bytes, and the same to the eye.
  const picture = sharp(await page.screenshot()).png({ palette: true, quality: 95, effort: 10 })
  await picture.toFile(join(ROOT, 'assets/screenshot.png'))
} finally {
  await browser.close()
  await server.stop()
  await folders.remove()
}
