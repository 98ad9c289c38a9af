/** The browser face: the renderer, the RPC and the pictures over HTTP, to this machine only. */
import { existsSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, join, posix } from 'node:path'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { App } from '../app/app.ts'
import { projectRoot } from '../app/folders.ts'
import { serveOverWebSocket } from '../app/router.ts'
import { MEDIA_PATH, RPC_PATH, UPLOAD_PATH } from '../contract/bridge.ts'
import { LimpidError } from '../contract/errors.ts'
import { confined } from './confined.ts'
import { createGuard, type Guard, isLocalHost, isNotCrossSite, isOwnOrigin } from './guard.ts'
import { SECURITY_HEADERS } from './headers.ts'
import { sendFile } from './send-file.ts'
import { newToken } from './token.ts'
import { receiveUpload } from './upload.ts'

const HOST = '127.0.0.1'
/** Assigned to nobody (IANA), and below those that systems hand out. */
export const USUAL_PORT = 17_418
const MEGABYTE = 1e6
const RPC_MESSAGE_LIMIT_BYTES = 16 * MEGABYTE

export type ServerOptions = {
  app: App
  /**
   * 0: a free one. Absent: the same at each start, since what a page remembers (steps, strengths) belongs to its
   * address; a free one where that can't be had.
   */
  port?: number
  token?: string
  /** The built renderer. */
  rendererFolder?: string
  /** Lets pages open and save any file that this process may, not just uploads and downloads. */
  allowPaths?: boolean
  uploadLimitBytes?: number
}

/** `url` holds the token: whoever opens it is let in. */
export async function startServer(options: ServerOptions): Promise<{ url: string; close(): Promise<void> }> {
  const { token = newToken(), rendererFolder = join(projectRoot, 'dist/renderer') } = options
  if (!existsSync(join(rendererFolder, 'index.html'))) {
    throw new LimpidError('file-not-found', `The page is not built: ${rendererFolder} has no index.html.`, {
      hint: 'Build it with `npm run build`, then start again.',
      file: rendererFolder,
    })
  }
  const server = createServer()
  // A large picture over a slow tunnel takes its time.
  server.requestTimeout = 0
  const face = createFace({ ...options, rendererFolder }, createGuard(token))
  server.on('request', face.onRequest)
  server.on('upgrade', face.onUpgrade)
  const port = await (options.port === undefined
    ? listen(server, USUAL_PORT).catch(() => listen(server, 0))
    : listen(server, options.port))
  return {
    url: `http://${HOST}:${port}/?token=${token}`,
    async close() {
      face.close()
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

function createFace(options: ServerOptions & { rendererFolder: string }, guard: Guard) {
  const { app, rendererFolder, allowPaths = false, uploadLimitBytes = 500 * MEGABYTE } = options
  const api = allowPaths ? app : confined(app)
  const sockets = new WebSocketServer({ noServer: true, maxPayload: RPC_MESSAGE_LIMIT_BYTES })
  return {
    onRequest(request: IncomingMessage, response: ServerResponse) {
      respond(request, response).catch((error) => {
        console.error(error)
        response.destroy()
      })
    },
    onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer) {
      // Node has let go of it: an error that nobody hears, of a connection that is reset, would end the process.
      socket.on('error', () => socket.destroy())
      const [path] = request.url!.split('?')
      const allowed = isLocalHost(request) && isOwnOrigin(request) && guard.hasCookie(request)
      if (path !== `/${RPC_PATH}` || !allowed) {
        socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n')
        return
      }
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        webSocket.on('error', () => webSocket.terminate())
        serveOverWebSocket(api, webSocket)
      })
    },
    close() {
      for (const client of sockets.clients) client.terminate()
    },
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value!)
    if (!isLocalHost(request)) return refuse(response, 403, 'Limpid answers to 127.0.0.1 and localhost only.')
    // Put together, not resolved: `//name` is a path too, and a whole URL is none.
    const url = URL.parse(`http://${HOST}${request.url}`)
    if (!url) return refuse(response, 400, 'That is no path.')
    const { pathname, searchParams, search } = url
    const isGet = request.method === 'GET' || request.method === 'HEAD'
    if (isGet && pathname === '/' && guard.isToken(searchParams.get('token'))) return letIn(request, response)
    if (!guard.hasCookie(request)) {
      return refuse(response, 401, 'Open the address that Limpid printed when it started: it holds the key.')
    }
    if (pathname === `/${UPLOAD_PATH}` && request.method === 'POST') {
      if (!isOwnOrigin(request)) return refuse(response, 403, 'Uploads come from Limpid’s own page only.')
      return receiveUpload(app, searchParams.get('name') ?? '', request, response, uploadLimitBytes)
    }
    if (!isGet) return refuse(response, 405, 'There is nothing here to send anything to.')
    if (!isNotCrossSite(request)) return refuse(response, 403, 'Asked for by the page of another site.')
    const sent = pathname.startsWith(`/${MEDIA_PATH}/`)
      ? await sendMedia(response, pathname.slice(MEDIA_PATH.length + 2), search)
      : await sendPage(response, pathname)
    if (!sent) refuse(response, 404, 'There is nothing here.')
  }

  /** Turns the token in the address into a cookie, and takes it out of the address. */
  function letIn(request: IncomingMessage, response: ServerResponse): void {
    const headers = { 'set-cookie': guard.cookieFor(request), 'cache-control': 'no-store' }
    const site = request.headers['sec-fetch-site'] ?? 'none'
    if (site === 'none' || site === 'same-origin') {
      response.writeHead(303, { ...headers, location: '/' }).end()
      return
    }
    // After a link on another site's page a redirect would come without the Strict cookie; a page's own move has it.
    const page = '<!doctype html><meta http-equiv="refresh" content="0; url=/"><title>Limpid</title>'
    response.writeHead(200, { ...headers, 'content-type': 'text/html; charset=utf-8' }).end(page)
  }

  async function sendMedia(response: ServerResponse, path: string, search: string): Promise<boolean> {
    const file = app.media(path)
    if (!file) return false
    if (path.startsWith('downloads/')) {
      const name = `attachment; filename*=UTF-8''${encodeURIComponent(basename(file)).replace(/['()*]/g, '_')}`
      const headers = { 'content-disposition': name, 'cache-control': 'no-store' }
      const sent = await sendFile(response, file, headers)
      if (response.req.method === 'GET' && response.writableFinished) app.fetched(path)
      return sent
    }
    // The v of its address changes with its content.
    const cached = search.startsWith('?v=') ? 'private, max-age=31536000, immutable' : 'no-cache'
    return sendFile(response, file, { 'cache-control': cached })
  }

  async function sendPage(response: ServerResponse, pathname: string): Promise<boolean> {
    let path: string
    try {
      path = posix.normalize(decodeURIComponent(pathname))
    } catch {
      return false
    }
    // Normal and absolute, a path can't climb; a backslash climbs on Windows, and NUL is no file's.
    if (!path.startsWith('/') || /[\\\0]/.test(path)) return false
    // Vite names its assets by their content.
    const cached = path.startsWith('/assets/') ? 'private, max-age=31536000, immutable' : 'no-cache'
    return sendFile(response, join(rendererFolder, path === '/' ? 'index.html' : path), {
      'cache-control': cached,
    })
  }
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    connection: 'close',
  })
  response.end(`${why}\n`)
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'another program has it' : cause.message
      const hint = 'Choose another port, or none to take a free one.'
      reject(new LimpidError('bad-request', `Port ${port} can't be used: ${why}.`, { hint, cause }))
    })
    server.listen(port, HOST, () => resolve((server.address() as AddressInfo).port))
  })
}
