/** The browser face: a WebSocket to the server that served the page, uploads in, downloads out. */
import { MEDIA_PATH, RPC_PATH, UPLOAD_PATH } from '../../contract/bridge.ts'
import { errorDataSchema } from '../../contract/error-schema.ts'
import { LimpidError } from '../../contract/errors.ts'
import { droppedFiles, picturesOf } from './dropped-files.ts'
import type { Host, Openable } from './host.ts'

export function browserHost(): Host {
  return {
    face: 'browser',
    connect,
    mediaUrl: (path) => `${MEDIA_PATH}/${path}`,
    openables: droppedFiles,
    choose,
    handOver: upload,
    download,
  }
}

function connect(signal: AbortSignal): ReturnType<Host['connect']> {
  return new Promise((resolve, reject) => {
    const address = new URL(RPC_PATH, document.baseURI)
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
    const socket = new WebSocket(address)
    const closed = new Promise<void>((gone) => socket.addEventListener('close', () => gone()))
    socket.addEventListener('open', () =>
      resolve({ wire: { kind: 'socket', socket }, closed, close: () => socket.close() }),
    )
    socket.addEventListener('close', () => reject(new Error('The server closed the connection.')))
    const end = (): void => socket.close()
    signal.addEventListener('abort', end)
    void closed.then(() => signal.removeEventListener('abort', end))
  })
}

/** The browser's own dialog. It must be opened from inside a click or a key press. */
async function choose(what: 'files' | 'folder'): Promise<Openable[]> {
  const input = document.createElement('input')
  // In the page, because an element that nothing holds may be collected while its dialog is open.
  input.hidden = true
  document.body.append(input)
  try {
    return await chosen(input, what)
  } finally {
    input.remove()
  }
}

function chosen(input: HTMLInputElement, what: 'files' | 'folder'): Promise<Openable[]> {
  return new Promise((resolve) => {
    input.type = 'file'
    input.multiple = true
    if (what === 'folder') input.webkitdirectory = true
    else input.accept = 'image/*,.tif,.tiff,.avif,.heic'
    input.addEventListener('change', () => {
      const files = [...(input.files ?? [])]
      const folder = files[0]?.webkitRelativePath.split('/')[0] ?? ''
      resolve(what === 'folder' ? picturesOf(folder, files) : files.map((file) => ({ file })))
    })
    input.addEventListener('cancel', () => resolve([]))
    input.click()
  })
}

async function download(path: string, name: string): Promise<void> {
  const address = `${MEDIA_PATH}/${path}`
  const link = document.createElement('a')
  link.download = name
  link.href = address
  if (!path.endsWith(`/${encodeURIComponent(name)}`)) {
    // The server gives the file a name of its own, which counts above the link's: under another name it comes from here.
    const response = await fetch(address)
    if (!response.ok)
      throw new LimpidError('internal', `${name} could not be downloaded (${response.status}).`)
    link.href = URL.createObjectURL(await response.blob())
    setTimeout(() => URL.revokeObjectURL(link.href), BLOB_KEPT_MS)
  }
  link.click()
}

/** Long enough for a browser that asks where to save. */
const BLOB_KEPT_MS = 10 * 60_000

async function upload(file: File): Promise<string> {
  const address = `${UPLOAD_PATH}?name=${encodeURIComponent(file.name)}`
  const response = await fetch(address, { method: 'POST', body: file }).catch((cause: unknown) => {
    throw new LimpidError('internal', `${file.name} could not be handed to Limpid.`, {
      hint: 'Check that Limpid still runs and that the file is still there, then drop it again.',
      cause,
    })
  })
  const answer: unknown = await response.json().catch(() => null)
  if (response.ok && typeof answer === 'object' && answer !== null && 'path' in answer) {
    return String(answer.path)
  }
  const error = errorDataSchema.safeParse(answer)
  if (error.success) throw LimpidError.fromData(error.data)
  throw new LimpidError('internal', `${file.name} could not be handed to Limpid (${response.status}).`, {
    hint: 'Reload the page from the address that Limpid printed, then drop it again.',
  })
}
