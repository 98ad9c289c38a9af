/** The Electron face: a MessagePort from the preload, the system's dialogs, real paths. */
import { type Answer, type Bridge, MEDIA_PATH, RPC_PORT, RPC_REQUEST } from '../../contract/bridge.ts'
import { LimpidError } from '../../contract/errors.ts'
import type { Host, Openable } from './host.ts'

export function electronHost(bridge: Bridge): Host {
  return {
    face: 'electron',
    connect,
    mediaUrl: (path) => `${MEDIA_PATH}/${path}`,
    async openables(transfer) {
      return [...transfer.files].map((file): Openable => {
        const path = bridge.pathForFile(file)
        return path === '' ? { file } : { path }
      })
    },
    async choose(what) {
      const paths = await answered(what === 'files' ? bridge.chooseFiles() : bridge.chooseFolder())
      return paths.map((path) => ({ path }))
    },
    async handOver(file) {
      return answered(bridge.keepPicture(file.name, new Uint8Array(await file.arrayBuffer())))
    },
    chooseTarget: (suggested) => answered(bridge.chooseTarget(suggested)),
    showInFolder: (path) => bridge.showInFolder(path),
    async download() {
      throw new Error('The Electron face saves to paths.')
    },
  }
}

/** What could not be done is thrown, as a LimpidError. */
async function answered<T>(answering: Promise<Answer<T>>): Promise<T> {
  const answer = await answering
  if ('error' in answer) throw LimpidError.fromData(answer.error)
  return answer.value
}

const PORT_TIMEOUT_MS = 10_000

/** Asks the preload for a port and waits for it. */
function connect(signal: AbortSignal): ReturnType<Host['connect']> {
  return new Promise((resolve, reject) => {
    const done = new AbortController()
    const within = AbortSignal.any([done.signal, signal])
    const give = (port: MessagePort): void => {
      const closed = new Promise<void>((gone) => port.addEventListener('close', () => gone()))
      port.start()
      resolve({ wire: { kind: 'port', port }, closed, close: () => port.close() })
      done.abort()
    }
    window.addEventListener(
      'message',
      (event) => {
        const port = event.ports[0]
        if (event.source === window && event.data?.type === RPC_PORT && port) give(port)
      },
      { signal: within },
    )
    AbortSignal.any([within, AbortSignal.timeout(PORT_TIMEOUT_MS)]).addEventListener('abort', () =>
      reject(new Error('No port came from the preload.')),
    )
    window.postMessage({ type: RPC_REQUEST }, '*')
  })
}
