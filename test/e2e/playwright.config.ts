/**
 * The end-to-end suite: `npm test -- --e2e`. LIMPID_CHROMIUM names the browser; where LIMPID_ELECTRON names Electron's
 * program, the tests of the whole path run in it too.
 */
import { defineConfig } from 'playwright/test'

const electron = process.env.LIMPID_ELECTRON

export default defineConfig({
  testDir: '.',
  testMatch: '*.e2e.ts',
  outputDir: '../../test-results',
  // Native TensorFlow uses every core itself.
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: 'list',
  use: {
    viewport: { width: 1360, height: 840 },
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.LIMPID_CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: [
    { name: 'browser', metadata: { face: 'browser' } },
    ...(electron ? [{ name: 'electron', testMatch: 'restore.e2e.ts', metadata: { face: 'electron' } }] : []),
  ],
})
