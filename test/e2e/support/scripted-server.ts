/**
 * The browser face on the scripted engine: `node test/e2e/support/scripted-server.ts HOME CACHE [PORT]`
 * LIMPID_TEST_MODELS: JSON, models beside the denoising one. LIMPID_TEST_RENDERER: a window built elsewhere than dist/.
 * LIMPID_TEST_DESKTOP: pages may name files of this machine, as the window in Electron may.
 * Paths that its parent sends are opened as if the system asked for it.
 */
import { join } from 'node:path'
import { openApp } from '../../../src/app/app.ts'
import { startServer } from '../../../src/server/server.ts'
import { type StandIn, writeModel } from './model.ts'

const [home, cache, port] = process.argv.slice(2) as [string, string, string | undefined]
const shippedModels = join(home, 'shipped-models')
writeModel(join(shippedModels, 'denoise-fast'))
for (const model of JSON.parse(process.env.LIMPID_TEST_MODELS ?? '[]') as StandIn[]) {
  writeModel(join(shippedModels, model.id), model)
}
const app = await openApp({
  dataFolder: home,
  cacheFolder: cache,
  engineEntry: join(import.meta.dirname, 'scripted-engine.ts'),
  shippedModels,
})
const { url, close } = await startServer({
  app,
  port: Number(port ?? 0),
  ...(process.env.LIMPID_TEST_RENDERER ? { rendererFolder: process.env.LIMPID_TEST_RENDERER } : {}),
  allowPaths: Boolean(process.env.LIMPID_TEST_DESKTOP),
})
process.on('message', (paths: string[]) => app.askToOpen(paths))
process.once('SIGTERM', async () => {
  await close()
  await app.close()
  process.exit()
})
console.log(`Limpid is at ${url}`)
