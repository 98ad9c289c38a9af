/** Electron's main process as a whole, on the real app with an engine that computes nothing. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import type { RouterClient } from '@orpc/server'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { AppApi } from '../../src/contract/api.ts'
import { type FakeBrowserWindow, fake, preventable, resetElectron } from './fake-electron.ts'

/** An engine's start takes a while on a busy machine. */
const eventually = <T>(look: () => T | Promise<T>) => vi.waitFor(look, { timeout: 20_000, interval: 20 })

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let folder: string
let picture: string

beforeEach(() => {
  resetElectron()
  vi.resetModules()
  vi.doMock('electron', () => fake)
  folder = mkdtempSync(path.join(tmpdir(), 'limpid-main-'))
  vi.stubEnv('LIMPID_HOME', path.join(folder, 'home'))
  vi.stubEnv('LIMPID_CACHE', path.join(folder, 'cache'))
  fake.app.appPath = installation(path.join(folder, 'limpid'))
  picture = path.join(folder, 'cat.png')
  writeFileSync(picture, 'a picture')
})

afterEach(async () => {
  if (fake.app.listenerCount('will-quit') > 0) await quit()
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

/** A folder laid out as the project's, with the fake engine in it. */
function installation(root: string): string {
  const engine = path.join(import.meta.dirname, '../../src/app/testing/fake-engine.ts')
  mkdirSync(path.join(root, 'src/engine'), { recursive: true })
  mkdirSync(path.join(root, 'node_modules/node/bin'), { recursive: true })
  mkdirSync(path.join(root, 'dist/renderer'), { recursive: true })
  writeFileSync(path.join(root, 'package.json'), '{ "type": "module" }')
  writeFileSync(path.join(root, 'src/engine/main.ts'), `import ${JSON.stringify(engine)}`)
  writeFileSync(path.join(root, 'dist/renderer/index.html'), '<!doctype html>')
  symlinkSync(process.execPath, path.join(root, 'node_modules/node/bin/node'))
  return root
}

async function start(): Promise<FakeBrowserWindow> {
  await import('../../src/main/main.ts')
  fake.app.ready.resolve()
  await eventually(() => expect(fake.Menu.setApplicationMenu).toHaveBeenCalled())
  return fake.BrowserWindow.all[0]!
}

/** Electron's `app.quit()` once the windows are closed: it asks once more when the app has ended its work. */
async function quit(): Promise<void> {
  const before = fake.app.quit.mock.calls.length
  const event = preventable()
  fake.app.emit('will-quit', event)
  expect(event.defaultPrevented).toBe(true)
  await eventually(() => expect(fake.app.quit.mock.calls.length).toBe(before + 1))
}

/** What the renderer does with the port that the preload hands it. */
function connect(window: FakeBrowserWindow): AppApi {
  const { port1, port2 } = new MessageChannel()
  const event = { sender: window.webContents, senderFrame: window.webContents.mainFrame, ports: [port1] }
  fake.ipcMain.emit('limpid:rpc', event, null)
  port2.start()
  return createORPCClient(new RPCLink({ port: port2 })) as RouterClient<never> as unknown as AppApi
}

/** File → Open… */
function openItem(): { click(): void } {
  const [menu] = fake.Menu.setApplicationMenu.mock.lastCall as unknown as [{ label?: string; submenu: [] }[]]
  const file = menu.find(({ label }) => label === '&File')?.submenu as { label?: string; click(): void }[]
  return file.find(({ label }) => label === '&Open…')!
}

/** The paths of each time that the window is asked to open some, from now on. */
function opened(api: AppApi): string[][] {
  const all: string[][] = []
  void (async () => {
    for await (const event of await api.events()) {
      if (event.type === 'open') all.push(event.paths)
    }
  })()
  return all
}

test('the scheme is registered before Electron is ready, and nothing else happens until then', async () => {
  await import('../../src/main/main.ts')
  expect(fake.protocol.registerSchemesAsPrivileged).toHaveBeenCalledTimes(1)
  expect(fake.BrowserWindow.all).toEqual([])
})

test('a second start hands its files to the first and opens nothing', async () => {
  fake.app.hasLock = false
  await import('../../src/main/main.ts')
  fake.app.ready.resolve()
  expect(fake.app.requestSingleInstanceLock).toHaveBeenCalledWith({ files: expect.any(Array) })
  expect(fake.app.quit).toHaveBeenCalled()
  expect(fake.BrowserWindow.all).toEqual([])
})

test('the window reaches the app through the port, opens a picture and is served its view', async () => {
  const api = connect(await start())
  const { pictures, errors } = await api.addPictures({ paths: [picture] })
  expect(errors).toEqual([])
  const ready = await eventually(async () => {
    const state = await api.state({})
    expect(state.pictures[0]?.view).toBeTruthy()
    return state.pictures[0]!
  })
  expect(ready.id).toBe(pictures[0]!.id)
  const serve = fake.session.defaultSession.schemes.get('limpid')!
  const response = await serve(new Request(`limpid://app/media/${ready.view}`))
  expect(await response.text()).toBe('a picture')
})

test('the session is closed to the network before the page loads', async () => {
  await start()
  const decide = vi.fn()
  fake.session.defaultSession.onRequest?.({ url: 'https://example.org/' }, decide)
  expect(decide).toHaveBeenCalledWith({ cancel: true })
})

test('files from the system, a second start, the menu and from before the window: it is asked to open them', async () => {
  const event = preventable()
  const window = start()
  await eventually(() => expect(fake.app.listenerCount('open-file')).toBe(1))
  fake.app.emit('open-file', event, '/early.png')
  expect(event.defaultPrevented).toBe(true)
  const api = connect(await window)
  const asked = opened(api)
  await eventually(() => expect(asked).toEqual([['/early.png']]))
  fake.app.emit('second-instance', {}, ['limpid', '--odd'], '/', { files: ['/second.png', '/third.png'] })
  fake.dialog.showOpenDialog.mockResolvedValueOnce({ canceled: false, filePaths: [picture] })
  openItem().click()
  await eventually(() => expect(asked).toEqual([['/early.png'], ['/second.png', '/third.png'], [picture]]))
  expect((await window).focus).toHaveBeenCalled()
})

test('a second start while the app starts is not lost; while it ends, the app begins again with its files', async () => {
  await import('../../src/main/main.ts')
  fake.app.emit('second-instance', {}, ['limpid'], '/', { files: ['/early.png'] })
  const window = await start()
  const asked = opened(connect(window))
  await eventually(() => expect(asked).toEqual([['/early.png']]))
  window.destroyed = true
  for (const files of [['/late.png'], ['/later.png']])
    fake.app.emit('second-instance', {}, ['limpid'], '/', { files })
  vi.stubGlobal('process', Object.assign(Object.create(process), { argv: ['electron', '--no-sandbox', '.'] }))
  await quit()
  vi.unstubAllGlobals()
  fake.app.removeAllListeners('will-quit')
  expect(fake.app.relaunch).toHaveBeenCalledExactlyOnceWith({
    args: ['--no-sandbox', fake.app.appPath, '/late.png', '/later.png'],
  })
  expect(window.focus).not.toHaveBeenCalled()
})

test('an installation with a part missing says which, and ends', async () => {
  rmSync(path.join(fake.app.appPath, 'src'), { recursive: true })
  await import('../../src/main/main.ts')
  fake.app.ready.resolve()
  await eventually(() => expect(fake.app.exit).toHaveBeenCalledWith(70))
  expect(fake.dialog.showErrorBox.mock.calls[0]![1]).toContain(path.join('src', 'engine', 'main.ts'))
})

test('closing the window ends the app, which first ends its work', async () => {
  const api = connect(await start())
  const events = await api.events()
  const ended = (async () => {
    for await (const _ of events);
  })()
  fake.app.emit('window-all-closed')
  expect(fake.app.quit).toHaveBeenCalledTimes(1)
  await quit()
  await ended
  const again = preventable()
  fake.app.emit('will-quit', again)
  expect(again.defaultPrevented).toBe(false)
  fake.app.removeAllListeners('will-quit')
})
