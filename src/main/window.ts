import path from 'node:path'
import { BrowserWindow } from 'electron'
import { APP_PAGE } from './scheme.ts'

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
  void window.loadURL(APP_PAGE)
  return window
}
