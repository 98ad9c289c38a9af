/** Builds Electron's two bundles: dist/main/main.js (ESM) and dist/preload/preload.cjs (a sandboxed preload is CommonJS). */
import { builtinModules } from 'node:module'
import { defineConfig, type EnvironmentOptions } from 'vite'

/** What Electron brings; all else is bundled, so that the packaged archive needs no node_modules. */
const external = ['electron', ...builtinModules, /^node:/]

export default defineConfig({
  publicDir: false,
  environments: {
    main: bundle('src/main/main.ts', 'dist/main', { format: 'es', entryFileNames: 'main.js' }),
    preload: bundle('src/preload/preload.ts', 'dist/preload', {
      format: 'cjs',
      entryFileNames: 'preload.cjs',
    }),
  },
  builder: {
    async buildApp({ build, environments }) {
      await build(environments.main)
      await build(environments.preload)
    },
  },
})

function bundle(
  input: string,
  outDir: string,
  output: { format: 'es' | 'cjs'; entryFileNames: string },
): EnvironmentOptions {
  return {
    consumer: 'server',
    resolve: {
      conditions: ['node', 'import', 'module', 'default'],
      noExternal: true,
      external: ['electron'],
    },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'node24', // Electron 45's
      // Shipped code that a person can read in a stack.
      minify: false,
      rolldownOptions: { input, external, output: { ...output, codeSplitting: false } },
    },
  }
}
