/** Builds the window: src/renderer → dist/renderer. Relative addresses, so that any face can serve it from anywhere. */
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'

export default defineConfig({
  root: 'src/renderer',
  base: './',
  plugins: [svelte({ configFile: '../../svelte.config.js' })],
  build: {
    outDir: '../../dist/renderer',
    emptyOutDir: true,
    // Both faces are newer than this: Electron 45 brings Chromium 153.
    target: 'chrome130',
    // The strict CSP allows no data: outside pictures, and a file of its own can be cached.
    assetsInlineLimit: 0,
  },
})
