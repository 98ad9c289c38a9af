/** The Lab's page as it is looked at, on a scripted engine; lab.e2e.ts trains. */
import { expect } from 'playwright/test'
import { test } from './support/scripted.ts'

test('what was set for a new run, and typed as a line, is there again after a look at other pages', async ({
  limpid,
}) => {
  const { page } = limpid
  const goTo = (name: string) => page.getByRole('button', { name, exact: true }).click()
  const steps = page.getByRole('region', { name: 'Settings' }).getByRole('spinbutton').first()
  const second = page.getByRole('main', { name: 'Systems' }).getByRole('button').nth(1)
  const line = page.getByLabel('Text to draw')

  await goTo('Lab')
  await second.click()
  await steps.fill('7')
  await steps.blur()
  await goTo('Text for OCR')
  await line.fill('Dear Sir')
  await goTo('Restore')
  await goTo('Lab')
  await expect(line).toHaveValue('Dear Sir')
  await goTo('New run')
  await expect(second).toHaveAttribute('aria-pressed', 'true')
  await expect(steps).toHaveValue('7')
})
