/**
 * A stand-in for Electron's preload, for a page in a browser: `window.limpid` whose dialogs answer what a test has
 * told them, and a MessagePort that is passed on to the server's WebSocket. The window then behaves as it does in
 * Electron, where Electron itself can't be had.
 */
import { RPC_PATH, RPC_PORT, RPC_REQUEST } from '../../../src/contract/bridge.ts'

/** What the dialogs answer, in the page's `desktop`. `shown`: what was shown in its folder. */
export type Desktop = { files: string[]; target: string | null; asked: string[]; shown: string[] }

/** Text, as it runs in the page before the page's own code. */
export const STAND_IN_PRELOAD = `
  window.desktop = { files: [], target: null, asked: [], shown: [] }
  window.limpid = {
    pathForFile: () => '',
    chooseFiles: async () => ({ value: desktop.files }),
    chooseFolder: async () => ({ value: desktop.files }),
    chooseTarget: async (suggested) => { desktop.asked.push(suggested); return { value: desktop.target } },
    showInFolder: (path) => desktop.shown.push(path),
    keepPicture: async (name, bytes) => {
      const response = await fetch('upload?name=' + encodeURIComponent(name), { method: 'POST', body: bytes })
      const answer = await response.json()
      return response.ok ? { value: answer.path } : { error: answer }
    },
  }
  addEventListener('message', (event) => {
    if (event.data?.type !== '${RPC_REQUEST}') return
    const { port1, port2 } = new MessageChannel()
    const socket = new WebSocket(location.origin.replace('http', 'ws') + '/${RPC_PATH}')
    socket.binaryType = 'arraybuffer'
    const open = new Promise((resolve) => { socket.onopen = resolve })
    port1.onmessage = async ({ data }) => { await open; socket.send(data) }
    socket.onmessage = ({ data }) => port1.postMessage(data)
    socket.onclose = () => port1.close()
    postMessage({ type: '${RPC_PORT}' }, '*', [port2])
  })
`
