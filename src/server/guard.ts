/** Who may ask: a page that this server gave out, in a browser that was shown the token. */
import type { IncomingMessage } from 'node:http'
import { isSameToken } from './token.ts'

export type Guard = {
  /** The value of the request's cookie is the token. */
  hasCookie(request: IncomingMessage): boolean
  isToken(given: string | null): boolean
  /** The Set-Cookie header that lets this request's browser in. */
  cookieFor(request: IncomingMessage): string
}

export function createGuard(token: string): Guard {
  return {
    hasCookie: (request) => isSameToken(cookies(request).get(cookieName(request)), token),
    isToken: (given) => isSameToken(given, token),
    // Strict: no other site's page can send it along.
    cookieFor: (request) => `${cookieName(request)}=${token}; Path=/; HttpOnly; SameSite=Strict`,
  }
}

/**
 * The name by which the server was asked for is this machine's own. A hostile site can point its own name at
 * 127.0.0.1 (DNS rebinding), but its name still stands in Host. The port may differ: an SSH tunnel has its own.
 */
export function isLocalHost(request: IncomingMessage): boolean {
  const { host = '' } = request.headers
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i.test(host)
}

/** The request comes from a page of this server. Browsers always say so on WebSockets and POSTs. */
export function isOwnOrigin(request: IncomingMessage): boolean {
  return request.headers.origin === `http://${request.headers.host}`
}

/** The request comes from no other site's page: not as its image, script or frame either. */
export function isNotCrossSite(request: IncomingMessage): boolean {
  const site = request.headers['sec-fetch-site']
  if (site === undefined || site === 'same-origin' || site === 'none') return true
  // A link to here on another page may be followed; what the page gets is only what the cookie allows.
  return request.headers['sec-fetch-mode'] === 'navigate' && request.headers['sec-fetch-dest'] === 'document'
}

/** Cookies are shared by all ports of a host: the name tells two servers apart. */
function cookieName(request: IncomingMessage): string {
  return `limpid-${request.socket.localPort}`
}

function cookies(request: IncomingMessage): Map<string, string> {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='))
  return new Map(pairs.map(([name, ...value]) => [name, value.join('=')]))
}
