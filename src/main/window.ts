import path from 'node:path'
import { app, BrowserWindow, dialog } from 'electron'
import { APP_PAGE } from './scheme.ts'

/** A page that is gone again so soon would be gone for ever if it were loaded each time. */
const MIN_LIFE_MS = 10_000

/** The app's one window: sandboxed, with nothing of Node's in the page. */
export function openWindow(): BrowserWindow {
  const window = new BrowserWindow({
    width: 1360,
    height: 840,
    minWidth: 760,
    minHeight: 520,
    title: 'Limpid',
    show: false,
    // The page's own colour in the dark, so that nothing flashes.
    backgroundColor: '#17181a',
    webPreferences: {
      preload: path.join(import.meta.dirname, '../preload/preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
      navigateOnDragDrop: false,
    },
  })
  window.once('ready-to-show', () => window.show())
  keepPage(window)
  void window.loadURL(APP_PAGE)
  return window
}

/** Loads the page anew when its process is gone; one that is gone again at once, only if a person says so. */
function keepPage(window: BrowserWindow): void {
  let loadedMs = Number.NEGATIVE_INFINITY
  const load = () => {
    loadedMs = Date.now()
    window.loadURL(APP_PAGE).catch(console.error)
  }
  window.webContents.on('render-process-gone', async (_event, { reason, exitCode }) => {
    if (reason === 'clean-exit' || window.isDestroyed()) return
    console.error(`The window's page is gone: ${reason}, exit code ${exitCode}.`)
    if (Date.now() - loadedMs > MIN_LIFE_MS) return load()
    const { response } = await dialog.showMessageBox(window, {
      type: 'error',
      message: 'The window’s page ended twice in a short time.',
      detail: 'Pictures and results are kept, and what was begun goes on.',
      buttons: ['Load it again', 'Quit'],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
    })
    if (response !== 0) app.quit()
    else if (!window.isDestroyed()) load()
  })
}
