import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openWindow } from '../../src/main/window.ts'
import { type FakeBrowserWindow, fake, resetElectron } from './fake-electron.ts'

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

describe('when the page’s process is gone', () => {
  beforeEach(() => {
    vi.useFakeTimers()
    vi.spyOn(console, 'error').mockImplementation(() => {})
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  })

  /** As Electron tells of it; how often the page was loaded so far. */
  async function crash(window: FakeBrowserWindow, reason = 'crashed'): Promise<number> {
    window.webContents.emit('render-process-gone', {}, { reason, exitCode: 5 })
    await vi.advanceTimersByTimeAsync(0)
    return window.loadURL.mock.calls.length
  }

  test('it is loaded anew, each time', async () => {
    const window = opened()
    expect(await crash(window)).toBe(2)
    vi.advanceTimersByTime(60_000)
    expect(await crash(window, 'oom')).toBe(3)
    expect(window.loadURL).toHaveBeenLastCalledWith('limpid://app/index.html')
    expect(fake.dialog.showMessageBox).not.toHaveBeenCalled()
  })

  test('again at once, a person is asked: no endless loop', async () => {
    const window = opened()
    await crash(window)
    const answered = Promise.withResolvers<{ response: number }>()
    fake.dialog.showMessageBox.mockReturnValueOnce(answered.promise)
    expect(await crash(window)).toBe(2)
    answered.resolve({ response: 0 })
    await vi.advanceTimersByTimeAsync(0)
    expect(window.loadURL).toHaveBeenCalledTimes(3)
    fake.dialog.showMessageBox.mockResolvedValueOnce({ response: 1 })
    expect(await crash(window)).toBe(3)
    expect(fake.app.quit).toHaveBeenCalled()
  })

  test('one that ended as it should is left alone', async () => {
    expect(await crash(opened(), 'clean-exit')).toBe(1)
  })
})
