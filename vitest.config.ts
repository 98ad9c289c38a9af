import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  // Compiles the runes of the window's `.svelte.ts` classes.
  plugins: [svelte()],
  test: {
    include: ['{src,tools,test}/**/*.test.ts'],
    // tfjs keeps its backend in a global: a process for each file.
    pool: 'forks',
    // Native TensorFlow uses every core itself.
    maxWorkers: 2,
    // Read by a test of theirs; other styles stay empty.
    css: { include: [/tokens\.css/] },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
