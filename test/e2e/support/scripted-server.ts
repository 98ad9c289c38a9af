/**
 * The browser face on the scripted engine: `node test/e2e/support/scripted-server.ts HOME CACHE [PORT]`
 * LIMPID_TEST_DESKTOP: pages may name files of this machine, as the window in Electron may.
 */
import { join } from 'node:path'
import { openApp } from '../../../src/app/app.ts'
import { startServer } from '../../../src/server/server.ts'
import { writeModel } from './model.ts'

const [home, cache, port] = process.argv.slice(2) as [string, string, string | undefined]
const shippedModels = join(home, 'shipped-models')
writeModel(join(shippedModels, 'denoise-fast'))
const app = await openApp({
  dataFolder: home,
  cacheFolder: cache,
  engineEntry: join(import.meta.dirname, 'scripted-engine.ts'),
  shippedModels,
})
const { url, close } = await startServer({
  app,
  port: Number(port ?? 0),
  allowPaths: Boolean(process.env.LIMPID_TEST_DESKTOP),
})
process.once('SIGTERM', async () => {
  await close()
  await app.close()
  process.exit()
})
console.log(`Limpid is at ${url}`)
