import type { MessagePort } from 'node:worker_threads'
import { beforeEach, expect, test, vi } from 'vitest'
import type { Bridge } from '../../src/contract/bridge.ts'
import { fake, resetElectron } from './fake-electron.ts'

let onMessage: (event: { source: unknown; data: unknown }) => void
const page = {
  addEventListener(_type: string, listener: typeof onMessage) {
    onMessage = listener
  },
  postMessage: vi.fn<(message: unknown, origin: string, transfer: unknown[]) => void>(),
}

// The preload does its work when it is loaded: each test loads it anew.
beforeEach(async () => {
  resetElectron()
  vi.resetModules()
  vi.doMock('electron', () => fake)
  vi.stubGlobal('window', page)
  page.postMessage.mockClear()
  await import('../../src/preload/preload.ts')
})

function bridge(): Bridge {
  return fake.contextBridge.exposeInMainWorld.mock.calls[0]![1]
}

test('the page gets one object with exactly these functions', () => {
  expect(fake.contextBridge.exposeInMainWorld).toHaveBeenCalledTimes(1)
  expect(fake.contextBridge.exposeInMainWorld.mock.calls[0]![0]).toBe('limpid')
  expect(Object.keys(bridge()).sort()).toEqual([
    'chooseFiles',
    'chooseFolder',
    'chooseTarget',
    'keepPicture',
    'pathForFile',
    'showInFolder',
  ])
  expect(Object.values(bridge()).every((value) => typeof value === 'function')).toBe(true)
})

test('what the page passes beyond the bridge goes nowhere', async () => {
  const { chooseFiles, showInFolder } = bridge() as unknown as Record<string, (...args: unknown[]) => unknown>
  await chooseFiles!({ properties: ['openDirectory'] })
  showInFolder!('/a.png', 'more')
  expect(fake.ipcRenderer.invoke).toHaveBeenCalledExactlyOnceWith('limpid:choose-files')
  expect(fake.ipcRenderer.send).toHaveBeenCalledExactlyOnceWith('limpid:show-in-folder', '/a.png')
})

test('a dropped file gives its path', () => {
  expect(bridge().pathForFile(new File([], 'dropped.png'))).toBe('/dropped.png')
})

test('each request for the RPC gets one end of a channel, the app the other', async () => {
  onMessage({ source: page, data: { type: 'limpid-rpc-request' } })
  const [channel, , [appPort]] = fake.ipcRenderer.postMessage.mock.calls[0] as [string, null, [MessagePort]]
  const [message, , [pagePort]] = page.postMessage.mock.calls[0] as [unknown, string, [MessagePort]]
  expect(channel).toBe('limpid:rpc')
  expect(message).toEqual({ type: 'limpid-rpc' })

  const received = new Promise((resolve) => appPort.once('message', resolve))
  pagePort.postMessage('hello')
  expect(await received).toBe('hello')
  appPort.close()
})

test.each([
  ['another window', { source: {}, data: { type: 'limpid-rpc-request' } }],
  ['another message', { source: page, data: { type: 'something' } }],
  ['no message', { source: page, data: null }],
])('%s gets no port', (_, event) => {
  onMessage(event)
  expect(fake.ipcRenderer.postMessage).not.toHaveBeenCalled()
  expect(page.postMessage).not.toHaveBeenCalled()
})
