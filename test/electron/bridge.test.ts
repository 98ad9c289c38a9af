import { beforeEach, describe, expect, test, vi } from 'vitest'
import { LimpidError } from '../../src/contract/errors.ts'
import { serveBridge } from '../../src/main/bridge.ts'
import { openWindow } from '../../src/main/window.ts'
import { type FakeBrowserWindow, fake, resetElectron } from './fake-electron.ts'

vi.mock('electron', async () => (await import('./fake-electron.ts')).fake)

let window: FakeBrowserWindow
let serve: ReturnType<typeof vi.fn<(port: unknown) => void>>
let keepPicture: ReturnType<typeof vi.fn<(name: string, bytes: Uint8Array) => Promise<string>>>

beforeEach(() => {
  resetElectron()
  window = openWindow() as unknown as FakeBrowserWindow
  serve = vi.fn()
  keepPicture = vi.fn(async (name: string) => `/cache/kept/${name}`)
  serveBridge({ serve, keepPicture })
  vi.spyOn(console, 'error').mockImplementation(() => {})
})

/** A message from the window's own page. */
const own = () => ({
  sender: window.webContents,
  senderFrame: window.webContents.mainFrame,
  ports: [] as unknown[],
})

const invoke = (channel: string, event: unknown, ...args: unknown[]) =>
  fake.ipcMain.handlers.get(channel)!(event, ...args) as Promise<unknown>

const refused = { error: expect.objectContaining({ code: 'bad-request' }) }

const INVOKED = ['limpid:choose-files', 'limpid:choose-folder', 'limpid:choose-target', 'limpid:keep-picture']

test('the messages are exactly those of the bridge', () => {
  expect([...fake.ipcMain.handlers.keys()].sort()).toEqual([...INVOKED].sort())
  expect(fake.ipcMain.eventNames().sort()).toEqual(['limpid:rpc', 'limpid:show-in-folder'])
})

describe('a foreign sender is refused:', () => {
  const foreign: [string, () => unknown][] = [
    ['a frame inside the page', () => ({ ...own(), senderFrame: { url: 'limpid://app/index.html' } })],
    ['a frame that is gone', () => ({ ...own(), senderFrame: null })],
    ['another window', () => ({ ...own(), sender: {} })],
    [
      'the page, gone elsewhere',
      () => {
        window.webContents.mainFrame = { url: 'https://example.org/' }
        return own()
      },
    ],
  ]

  test.each(foreign)('%s', async (_, event) => {
    for (const channel of INVOKED) {
      const args = channel.endsWith('keep-picture') ? ['a.png', new Uint8Array(1)] : []
      expect(await invoke(channel, event(), ...args), channel).toEqual(refused)
    }
    fake.ipcMain.emit('limpid:rpc', { ...(event() as object), ports: [{}] }, null)
    fake.ipcMain.emit('limpid:show-in-folder', event(), '/photo.jpg')
    expect(serve).not.toHaveBeenCalled()
    expect(fake.shell.showItemInFolder).not.toHaveBeenCalled()
    expect(fake.dialog.showOpenDialog).not.toHaveBeenCalled()
    expect(keepPicture).not.toHaveBeenCalled()
  })
})

describe('arguments that do not fit are refused:', () => {
  test.each([
    ['a relative target', 'limpid:choose-target', ['photos/photo.jpg']],
    ['a target above', 'limpid:choose-target', ['..\\photo.jpg']],
    ['a target on another drive', 'limpid:choose-target', ['D:photo.jpg']],
    ['a target that is no text', 'limpid:choose-target', [{ path: '/photo.jpg' }]],
    ['no target', 'limpid:choose-target', []],
    ['arguments where there are none', 'limpid:choose-files', [{ properties: ['openDirectory'] }]],
    ['bytes that are none', 'limpid:keep-picture', ['a.png', 'bytes']],
    ['a name that is none', 'limpid:keep-picture', ['', new Uint8Array(1)]],
  ])('%s', async (_, channel, args) => {
    expect(await invoke(channel, own(), ...args)).toEqual(refused)
  })

  test('a relative path to show', () => {
    fake.ipcMain.emit('limpid:show-in-folder', own(), '../secret')
    expect(fake.shell.showItemInFolder).not.toHaveBeenCalled()
  })
})

test('the dialogs give what was chosen, and nothing when closed', async () => {
  expect(await invoke('limpid:choose-files', own())).toEqual({ value: [] })
  expect(await invoke('limpid:choose-target', own(), '/photos/cat-limpid.png')).toEqual({ value: null })
  fake.dialog.showOpenDialog.mockResolvedValue({ canceled: false, filePaths: ['/a.jpg', '/b.jpg'] })
  fake.dialog.showSaveDialog.mockResolvedValue({ canceled: false, filePath: '/clean.png' })
  expect(await invoke('limpid:choose-files', own())).toEqual({ value: ['/a.jpg', '/b.jpg'] })
  expect(await invoke('limpid:choose-folder', own())).toEqual({ value: ['/a.jpg', '/b.jpg'] })
  expect(await invoke('limpid:choose-target', own(), '/photos/cat-limpid.png')).toEqual({
    value: '/clean.png',
  })
})

/** What the last save dialog was opened with. */
function saveOptions() {
  const [, options] = fake.dialog.showSaveDialog.mock.lastCall as unknown as [unknown, SaveOptions]
  return options
}
type SaveOptions = { defaultPath: string; filters: { name: string }[]; properties: string[] }

test('the save dialog starts with the suggested name and its format, and asks before it overwrites', async () => {
  await invoke('limpid:choose-target', own(), '/photos/cat-limpid.TIF')
  const options = saveOptions()
  expect(options.defaultPath).toBe('/photos/cat-limpid.TIF')
  expect(options.filters.map(({ name }) => name)).toEqual(['TIFF', 'JPEG', 'PNG', 'WebP', 'AVIF'])
  expect(options.properties).toContain('showOverwriteConfirmation')
})

// As the window suggests what has no folder of its own: a picture that was uploaded, what the Lab made.
test.each([
  ['cat-limpid.jfif', '/home/me/pictures/cat-limpid.jfif', ['JPEG', 'PNG', 'WebP', 'AVIF', 'TIFF']],
  ['ae-dense-1.png', '/home/me/pictures/ae-dense-1.png', ['PNG', 'JPEG', 'WebP', 'AVIF', 'TIFF']],
  ['ae-dense-1.zip', '/home/me/documents/ae-dense-1.zip', ['ZIP archive']],
  ['runs.csv', '/home/me/documents/runs.csv', ['CSV table']],
])('a name alone, %s, is suggested where its kind is kept', async (name, path, kinds) => {
  await invoke('limpid:choose-target', own(), name)
  expect(saveOptions().defaultPath).toBe(path)
  expect(saveOptions().filters.map(({ name }) => name)).toEqual(kinds)
})

test('the RPC port, the folder and a pasted picture get where they should', async () => {
  const port = {}
  fake.ipcMain.emit('limpid:rpc', { ...own(), ports: [port] }, null)
  expect(serve).toHaveBeenCalledWith(port)
  fake.ipcMain.emit('limpid:show-in-folder', own(), '/photos/cat.jpg')
  expect(fake.shell.showItemInFolder).toHaveBeenCalledWith('/photos/cat.jpg')
  expect(await invoke('limpid:keep-picture', own(), 'pasted.png', new Uint8Array([1]))).toEqual({
    value: '/cache/kept/pasted.png',
  })
})

test('what could not be done is answered with its code and hint, of which Electron would keep the text alone', async () => {
  const full = { code: 'disk-full', message: 'The disk is full.', hint: 'Make room on it.' } as const
  keepPicture.mockRejectedValue(LimpidError.fromData(full))
  const answer = await invoke('limpid:keep-picture', own(), 'pasted.png', new Uint8Array(1))
  expect(structuredClone(answer)).toEqual({ error: full })
  expect(console.error).not.toHaveBeenCalled()
  fake.dialog.showOpenDialog.mockRejectedValue(new Error('No portal.'))
  expect(await invoke('limpid:choose-files', own())).toEqual({
    error: expect.objectContaining({ code: 'internal', message: 'No portal.' }),
  })
  expect(console.error, 'a bug is told the log').toHaveBeenCalled()
})
