import { beforeEach, expect, test, vi } from 'vitest'
import { openWindow } from '../../src/main/window.ts'
import { type FakeBrowserWindow, resetElectron } from './fake-electron.ts'

vi.mock('electron', async () => (await import('./fake-electron.ts')).fake)
beforeEach(resetElectron)

function opened() {
  return openWindow() as unknown as FakeBrowserWindow
}

test('the page is sandboxed, isolated, and has nothing of Node', () => {
  expect(opened().options.webPreferences).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    webviewTag: false,
  })
})

test('it loads the app from its own scheme, and a preload that Electron takes for CommonJS', () => {
  const window = opened()
  expect(window.loadURL).toHaveBeenCalledWith('limpid://app/index.html')
  expect(window.options.webPreferences.preload).toMatch(/preload[\\/]preload\.cjs$/)
})

test('it shows itself when the page can be seen', () => {
  const window = opened()
  expect(window.options).toMatchObject({ width: 1360, height: 840, show: false })
  expect(window.show).not.toHaveBeenCalled()
  window.emit('ready-to-show')
  expect(window.show).toHaveBeenCalled()
})
