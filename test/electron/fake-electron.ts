/**
 * The few parts of the `electron` module that Limpid uses, as far as a test needs them: what is set on them can be
 * read back, what a person or Chromium would do can be played. Its binary is not needed.
 */
import { EventEmitter } from 'node:events'
import { vi } from 'vitest'

export type Handler = (event: unknown, ...args: unknown[]) => unknown

/** An event whose default can be prevented. */
export function preventable<T extends object>(more: T = {} as T) {
  const event = {
    ...more,
    defaultPrevented: false,
    preventDefault() {
      event.defaultPrevented = true
    },
  }
  return event
}

class FakeApp extends EventEmitter {
  isPackaged = false
  appPath = ''
  hasLock = true
  ready = Promise.withResolvers<void>()
  getAppPath = () => this.appPath
  getPath = (name: string) => `/home/me/${name}`
  whenReady = () => this.ready.promise
  requestSingleInstanceLock = vi.fn((_handedOver: unknown) => this.hasLock)
  quit = vi.fn()
  relaunch = vi.fn()
  exit = vi.fn()
}

class FakeWebContents extends EventEmitter {
  mainFrame = { url: 'limpid://app/index.html' }
  openHandler: (() => { action: string }) | null = null
  setWindowOpenHandler(handler: () => { action: string }) {
    this.openHandler = handler
  }
}

export class FakeBrowserWindow extends EventEmitter {
  static all: FakeBrowserWindow[] = []
  static fromWebContents = (contents: unknown) =>
    FakeBrowserWindow.all.find((window) => window.webContents === contents) ?? null

  options: { webPreferences: Record<string, unknown> } & Record<string, unknown>
  webContents = new FakeWebContents()
  loadURL = vi.fn(async () => {})
  show = vi.fn()
  focus = vi.fn()
  restore = vi.fn()
  isMinimized = () => true
  destroyed = false
  isDestroyed = () => this.destroyed

  constructor(options: FakeBrowserWindow['options']) {
    super()
    this.options = options
    FakeBrowserWindow.all.push(this)
    fake.app.emit('web-contents-created', {}, this.webContents)
  }

  /** As the close button does, and Electron's own `close()`. */
  close(): void {
    const event = preventable()
    this.emit('close', event)
    if (event.defaultPrevented) return
    this.destroyed = true
    this.emit('closed')
  }
}

class FakeIpcMain extends EventEmitter {
  handlers = new Map<string, Handler>()
  handle = (channel: string, handler: Handler) => void this.handlers.set(channel, handler)
}

type Decide = (answer: unknown) => void

/** What was set on it lies in plain properties. */
class FakeSession extends EventEmitter {
  onPermissionRequest: ((contents: unknown, permission: string, decide: Decide) => void) | null = null
  onPermissionCheck: (() => boolean) | null = null
  onDevicePermission: (() => boolean) | null = null
  onRequest: ((details: { url: string }, decide: Decide) => void) | null = null
  schemes = new Map<string, (request: Request) => Promise<Response>>()

  setPermissionRequestHandler(handler: FakeSession['onPermissionRequest']) {
    this.onPermissionRequest = handler
  }
  setPermissionCheckHandler(handler: FakeSession['onPermissionCheck']) {
    this.onPermissionCheck = handler
  }
  setDevicePermissionHandler(handler: FakeSession['onDevicePermission']) {
    this.onDevicePermission = handler
  }
  webRequest = {
    onBeforeRequest: (handler: FakeSession['onRequest']) => {
      this.onRequest = handler
    },
  }
  protocol = {
    handle: (scheme: string, handler: (request: Request) => Promise<Response>) => {
      this.schemes.set(scheme, handler)
    },
  }
}

function freshParts() {
  return {
    app: new FakeApp(),
    ipcMain: new FakeIpcMain(),
    ipcRenderer: { invoke: vi.fn(), send: vi.fn(), postMessage: vi.fn() },
    contextBridge: { exposeInMainWorld: vi.fn() },
    webUtils: { getPathForFile: vi.fn(() => '/dropped.png') },
    protocol: { registerSchemesAsPrivileged: vi.fn() },
    session: { defaultSession: new FakeSession() },
    shell: { showItemInFolder: vi.fn() },
    dialog: {
      showOpenDialog: vi.fn(async () => ({ canceled: true, filePaths: [] as string[] })),
      showSaveDialog: vi.fn(async () => ({ canceled: true, filePath: '' })),
      showMessageBox: vi.fn(async () => ({ response: 0 })),
      showErrorBox: vi.fn(),
    },
    Menu: { setApplicationMenu: vi.fn(), buildFromTemplate: vi.fn((template: unknown) => template) },
    BrowserWindow: FakeBrowserWindow,
  }
}

/** The module: `vi.mock('electron', async () => (await import('./fake-electron.ts')).fake)`. */
export const fake = {} as ReturnType<typeof freshParts>

export function resetElectron(): void {
  FakeBrowserWindow.all = []
  Object.assign(fake, freshParts())
}

resetElectron()
