import type { Session } from 'electron'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { hardenPages, hardenSession } from '../../src/main/hardening.ts'
import { openWindow } from '../../src/main/window.ts'
import { type FakeBrowserWindow, fake, preventable, resetElectron } from './fake-electron.ts'

vi.mock('electron', async () => (await import('./fake-electron.ts')).fake)
beforeEach(resetElectron)

describe('a session', () => {
  const session = () => fake.session.defaultSession
  beforeEach(() => hardenSession(session() as unknown as Session))

  test('grants no permission', () => {
    const decide = vi.fn()
    session().onPermissionRequest?.({}, 'media', decide)
    expect(decide).toHaveBeenCalledWith(false)
    expect(session().onPermissionCheck?.()).toBe(false)
    expect(session().onDevicePermission?.()).toBe(false)
  })

  test.each([
    ['limpid://app/index.html', true],
    ['limpid://app/media/pictures/1/view.png?v=2', true],
    ['blob:limpid://app/7d0e', true],
    ['data:image/png;base64,AA', true],
    ['https://example.org/', false],
    ['http://127.0.0.1:9000/', false],
    ['ws://localhost/', false],
    ['file:///etc/passwd', false],
    ['limpid://other/index.html', false],
    ['limpid://app.example.org/', false],
    ['blob:https://example.org/7d0e', false],
  ])('%s may be loaded: %s', (url, allowed) => {
    const decide = vi.fn()
    session().onRequest?.({ url }, decide)
    expect(decide).toHaveBeenCalledWith({ cancel: !allowed })
  })

  test('downloads nothing', () => {
    const event = preventable()
    session().emit('will-download', event)
    expect(event.defaultPrevented).toBe(true)
  })
})

describe('a page', () => {
  function page() {
    hardenPages()
    return (openWindow() as unknown as FakeBrowserWindow).webContents
  }

  test.each(['https://example.org/', 'file:///home/ada/photo.jpg', 'limpid://app/media/pictures/1/view.png'])(
    'may not go to %s',
    (url) => {
      const event = preventable({ url })
      page().emit('will-navigate', event)
      expect(event.defaultPrevented).toBe(true)
    },
  )

  test('may be reloaded', () => {
    const event = preventable({ url: 'limpid://app/index.html#viewer' })
    page().emit('will-navigate', event)
    expect(event.defaultPrevented).toBe(false)
  })

  test('opens no window, no webview, follows no redirect, and its frames go nowhere', () => {
    const contents = page()
    expect(contents.openHandler?.()).toEqual({ action: 'deny' })
    for (const [name, more] of [
      ['will-attach-webview', {}],
      ['will-redirect', {}],
      ['will-frame-navigate', { isMainFrame: false, url: 'limpid://app/index.html' }],
    ] as const) {
      const event = preventable(more)
      contents.emit(name, event)
      expect(event.defaultPrevented, name).toBe(true)
    }
  })
})
