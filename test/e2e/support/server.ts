/** The browser face in folders of its own, on the scripted engine: `node test/e2e/support/server.ts FOLDER` */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openApp } from '../../../src/app/app.ts'
import { startServer } from '../../../src/server/server.ts'
import { writeModel } from './model.ts'

const folder = process.argv[2]!
mkdirSync(folder, { recursive: true })
writeModel(join(folder, 'models', 'denoise-fast'))
const app = await openApp({
  dataFolder: join(folder, 'home'),
  cacheFolder: join(folder, 'cache'),
  engineEntry: join(import.meta.dirname, 'scripted-engine.ts'),
  shippedModels: join(folder, 'models'),
})
const { url } = await startServer({ app, port: Number(process.argv[3] ?? 0) })
writeFileSync(join(folder, 'url'), url)
console.log(`Limpid is at ${url}`)
