/** An app in a process of its own, at work on a job that never ends: `node run-until-killed.ts FOLDER PICTURE`. */
import { join } from 'node:path'
import { openApp } from '../app.ts'

const [folder, picture] = process.argv.slice(2)
const app = await openApp({
  dataFolder: join(folder, 'data'),
  cacheFolder: join(folder, 'cache'),
  shippedModels: join(folder, 'models'),
  engineEntry: join(import.meta.dirname, 'fake-engine.ts'),
})
const events = app.events()
const { pictures } = await app.addPictures({ paths: [picture] })
await app.restore({ ids: [pictures[0].id], steps: [{ task: 'denoise', model: 'denoise-test' }] })
for await (const event of events) {
  if (event.type === 'job' && event.job.progress) process.send?.(event.job.id)
}
