/**
 * The one bridge between the page and the desktop (contract/bridge.ts). Runs sandboxed, so it is built as CommonJS
 * and may use a few modules of Electron's and nothing else.
 */
import { contextBridge, ipcRenderer, webUtils } from 'electron'
import { type Bridge, RPC_PORT, RPC_REQUEST } from '../contract/bridge.ts'
import { CHANNELS } from './channels.ts'

const bridge: Bridge = {
  pathForFile: (file) => webUtils.getPathForFile(file),
  chooseFiles: () => ipcRenderer.invoke(CHANNELS.chooseFiles),
  chooseFolder: () => ipcRenderer.invoke(CHANNELS.chooseFolder),
  chooseTarget: (suggested) => ipcRenderer.invoke(CHANNELS.chooseTarget, suggested),
  showInFolder: (path) => ipcRenderer.send(CHANNELS.showInFolder, path),
  keepPicture: (name, bytes) => ipcRenderer.invoke(CHANNELS.keepPicture, name, bytes),
}

contextBridge.exposeInMainWorld('limpid', bridge)

/** What is used of the page's window: this is the one file beside the renderer that sees it. */
declare const window: {
  addEventListener(
    type: 'message',
    listener: (event: { source: unknown; data: { type?: unknown } | null }) => void,
  ): void
  postMessage(message: unknown, targetOrigin: string, transfer: unknown[]): void
}

window.addEventListener('message', (event) => {
  if (event.source !== window || event.data?.type !== RPC_REQUEST) return
  const { port1, port2 } = new MessageChannel()
  ipcRenderer.postMessage(CHANNELS.rpc, null, [port1])
  // A port can't cross the context bridge; posted within the window it can.
  window.postMessage({ type: RPC_PORT }, '*', [port2])
})
