/**
 * The app's own scheme, `limpid://app/`: the window's page and code from dist/renderer, and below `media/` the
 * pictures that the app serves. Nothing else of the disk can be reached through it.
 */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { protocol, type Session } from 'electron'
import { MEDIA_PATH } from '../contract/bridge.ts'
import { CONTENT_SECURITY_POLICY } from './content-security-policy.ts'

const SCHEME = 'limpid'
export const APP_ORIGIN = `${SCHEME}://app`
export const APP_PAGE = `${APP_ORIGIN}/index.html`

/** Once, before Electron is ready. */
export function registerScheme(): void {
  const privileges = {
    standard: true,
    secure: true,
    supportFetchAPI: true,
    // Vite marks its scripts `crossorigin`.
    corsEnabled: true,
    stream: true,
    codeCache: true,
  }
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges }])
}

export type Sources = {
  /** Folder of the built window. */
  renderer: string
  /** Path below `media/`, as it stands in the address → absolute path of the file; null: not for anybody. */
  media(path: string): string | null
}

export function serveScheme(session: Session, sources: Sources): void {
  session.protocol.handle(SCHEME, (request) => respond(request, sources))
}

/** Whether an address is of the app's own scheme. */
export function isOurs(url: string): boolean {
  return url === APP_ORIGIN || url.startsWith(`${APP_ORIGIN}/`)
}

async function respond(request: Request, sources: Sources): Promise<Response> {
  if (!isOurs(request.url)) return refusal(403)
  if (request.method !== 'GET') return refusal(405)
  const { pathname, search } = new URL(request.url)
  const file = fileOf(pathname, sources)
  const info = file === null ? null : await stat(file).catch(() => null)
  if (file === null || !info?.isFile()) return refusal(404)
  return new Response(Readable.toWeb(createReadStream(file)) as ReadableStream, {
    headers: {
      'content-type': CONTENT_TYPES[path.extname(file).toLowerCase()] ?? 'application/octet-stream',
      'content-length': String(info.size),
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'x-content-type-options': 'nosniff',
      // The v of a picture's address changes with its content.
      'cache-control': search.startsWith('?v=') ? 'max-age=31536000, immutable' : 'no-cache',
    },
  })
}

function fileOf(pathname: string, { renderer, media }: Sources): string | null {
  const mediaPrefix = `/${MEDIA_PATH}/`
  if (pathname.startsWith(mediaPrefix)) return media(pathname.slice(mediaPrefix.length))
  let wanted: string
  try {
    wanted = decodeURIComponent(pathname)
  } catch {
    return null
  }
  // `..%2f` is no `../` to the URL's parser, but is one here.
  if (wanted.includes('\0') || wanted.split(/[\\/]/).includes('..')) return null
  return path.join(renderer, wanted === '/' ? 'index.html' : wanted)
}

function refusal(status: number): Response {
  return new Response(null, { status })
}

const CONTENT_TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.gif': 'image/gif',
}
