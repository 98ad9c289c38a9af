/** The application over a wire: one oRPC router, made from the contract's table. The client's side is the renderer's. */
import { ORPCError, os } from '@orpc/server'
import { RPCHandler as MessagePortHandler } from '@orpc/server/message-port'
import { RPCHandler as WebSocketHandler } from '@orpc/server/ws'
import type { WebSocket } from 'ws'
import { type AppApi, api, type Method } from '../contract/api.ts'
import { toErrorData } from '../contract/errors.ts'

type Port = Parameters<MessagePortHandler<Record<never, never>>['upgrade']>[0]

/** Of Electron or of a browser. Each call of `api` is a procedure of its name, `events` an event iterator. */
export function serveOverMessagePort(app: AppApi, port: Port): void {
  new MessagePortHandler(routerOf(app)).upgrade(port)
  if ('start' in port && typeof port.start === 'function') port.start()
}

export function serveOverWebSocket(app: AppApi, socket: WebSocket): void {
  void new WebSocketHandler(routerOf(app)).upgrade(socket)
}

function routerOf(app: AppApi) {
  const methods = Object.keys(api) as Method[]
  const procedures = methods.map((method) => {
    // The app itself checks every input by its schema, for callers on this side of the wire too.
    const call = app[method] as (input: unknown) => Promise<unknown>
    const procedure = carryingErrors.output(api[method].output).handler(({ input }) => call(input) as never)
    return [method, procedure] as const
  })
  const events = carryingErrors.handler(({ signal }) => app.events(signal))
  return { ...Object.fromEntries(procedures), events }
}

/** What is thrown crosses as an error whose `data` is an `ErrorData`. */
const carryingErrors = os.use(async ({ next }) => {
  try {
    return await next()
  } catch (thrown) {
    const data = toErrorData(thrown)
    // A bug: its stack is of use to whoever reads the terminal, and of none to the window.
    if (data.code === 'internal') console.error(thrown)
    throw new ORPCError(data.code, { status: 400, message: data.message, data, cause: thrown })
  }
})
