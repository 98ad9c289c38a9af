/** A server for tests, and what a browser or an attacker asks it. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import type { AppOptions } from '../../app/app.ts'
import { testApp } from '../../app/testing/test-app.ts'
import type { AppApi } from '../../contract/api.ts'
import { type ServerOptions, startServer } from '../server.ts'

export type Answer = { status: number; headers: IncomingHttpHeaders; body: string }

/** A server with its app, and a browser that was let in. */
export async function serve(options: Partial<ServerOptions> = {}, appOptions: Partial<AppOptions> = {}) {
  const t = await testApp(appOptions)
  const rendererFolder = join(t.folder, 'renderer')
  mkdirSync(join(rendererFolder, 'assets'), { recursive: true })
  writeFileSync(join(rendererFolder, 'index.html'), '<title>Limpid</title>')
  writeFileSync(join(rendererFolder, 'assets/main-1a2b.js'), 'run()')
  writeFileSync(join(t.folder, 'secret.txt'), 'secret')
  const server = await startServer({ app: t.app, rendererFolder, port: 0, ...options })
  onTestFinished(() => server.close())
  const url = new URL(server.url)
  const origin = url.origin
  const entry = await ask(origin, `/${url.search}`)
  const cookie = entry.headers['set-cookie']![0].split(';')[0]
  return {
    t,
    origin,
    entry,
    cookie,
    token: url.searchParams.get('token')!,
    get: (path: string, headers: OutgoingHttpHeaders = {}) =>
      ask(origin, path, { headers: { cookie, ...headers } }),
    upload: (name: string, body: string, headers: OutgoingHttpHeaders = {}) =>
      ask(origin, `/upload?name=${encodeURIComponent(name)}`, {
        method: 'POST',
        headers: { cookie, origin, ...headers },
        body,
      }),
    client: () => connect(origin, { cookie, origin }),
  }
}

/** As it stands, without the tidying that `fetch` does to paths and headers. */
export function ask(
  origin: string,
  path: string,
  {
    method = 'GET',
    headers = {},
    body = '',
  }: { method?: string; headers?: OutgoingHttpHeaders; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin)
    const request = httpRequest({ hostname, port, path, method, headers }, async (response) => {
      resolve({ status: response.statusCode!, headers: response.headers, body: await text(response) })
    })
    request.on('error', reject).end(body)
  })
}

export async function connect(
  origin: string,
  headers: Record<string, string>,
): Promise<Omit<AppApi, 'events'>> {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/rpc`, { headers })
  onTestFinished(() => socket.terminate())
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  return createORPCClient(new RPCLink({ websocket: socket as never })) as never
}
