/** The Electron face: one window on the app. Thin: what can be done without Electron is done in app/. */
import { app, type BrowserWindow, dialog, session } from 'electron'
import { type App, openApp } from '../app/app.ts'
import { defaultFolders } from '../app/folders.ts'
import { serveOverMessagePort } from '../app/router.ts'
import { toErrorData } from '../contract/errors.ts'
import { chooseFiles, serveBridge } from './bridge.ts'
import { askBeforeClosing } from './closing.ts'
import { COULD_NOT_START } from './could-not-start.ts'
import { hardenPages, hardenSession } from './hardening.ts'
import { setMenu } from './menu.ts'
import { filesNamed, PathQueue, secondStartSchema } from './opening-files.ts'
import { findRuntime } from './runtime.ts'
import { registerScheme, serveScheme } from './scheme.ts'
import { openWindow } from './window.ts'

const files = filesNamed(process.argv, process.cwd(), app.isPackaged)
const pathsToOpen = new PathQueue()
let window: BrowserWindow | null = null
/** What the app is to open that is started once this one has ended; null: none is. */
let toOpenNext: string[] | null = null

registerScheme()
hardenPages()
// A second start hands its files to the first and ends.
if (app.requestSingleInstanceLock({ files })) {
  pathsToOpen.add(files)
  app.on('open-file', (event, path) => {
    event.preventDefault()
    pathsToOpen.add([path])
  })
  app.on('second-instance', (_event, _argv, _cwd, handedOver) => {
    const second = secondStartSchema.safeParse(handedOver)
    startedAgain(second.success ? second.data.files : [])
  })
  app.whenReady().then(start).catch(giveUp)
} else {
  app.quit()
}

async function start(): Promise<void> {
  const { renderer, ...runtime } = findRuntime()
  const { data, cache } = defaultFolders()
  const limpid = await openApp({ dataFolder: data, cacheFolder: cache, ...runtime })
  closeAtQuit(limpid)

  hardenSession(session.defaultSession)
  serveScheme(session.defaultSession, { renderer, media: limpid.media })
  serveBridge({
    serve: (port) => serveOverMessagePort(limpid, port),
    keepPicture: (name, bytes) => limpid.keepPicture(name, [bytes], { uploaded: false }),
  })
  const opened = openWindow()
  window = opened
  askBeforeClosing(opened, limpid)
  setMenu(async () => pathsToOpen.add(await chooseFiles(opened)))
  pathsToOpen.connect((paths) => limpid.askToOpen(paths))
}

/** By a person, while this app starts, runs or already ends. */
function startedAgain(files: string[]): void {
  if (window?.isDestroyed()) {
    toOpenNext = [...(toOpenNext ?? []), ...files]
    return
  }
  pathsToOpen.add(files)
  if (window?.isMinimized()) window.restore()
  window?.focus()
}

/** The app's one window was all there was to it, on macOS too. */
function closeAtQuit(limpid: App): void {
  app.on('window-all-closed', () => app.quit())
  let closed = false
  app.on('will-quit', (event) => {
    if (closed) return
    event.preventDefault()
    closed = true
    void limpid.close().finally(() => {
      if (toOpenNext) startNext(toOpenNext)
      app.quit()
    })
  })
}

function startNext(files: string[]): void {
  const switches = process.argv.slice(1).filter((arg) => arg.startsWith('-'))
  app.relaunch({ args: [...switches, ...(app.isPackaged ? [] : [app.getAppPath()]), ...files] })
}

function giveUp(thrown: unknown): void {
  const { message, hint } = toErrorData(thrown)
  dialog.showErrorBox('Limpid could not start', hint ? `${message}\n${hint}` : message)
  app.exit(COULD_NOT_START)
}
