/** `npm start`: the Electron window; where Electron can't run, the same page in a browser. Arguments are passed on. */
import { ensureBuilt } from './build.ts'
import { showWindow } from './window.ts'

try {
  await ensureBuilt()
  process.exit(await showWindow(process.argv.slice(2)))
} catch (error) {
  console.error((error as Error).message)
  process.exit(1)
}
