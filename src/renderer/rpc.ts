/**
 * The application as the window calls it, over whichever wire its face hands out. The one file of the window that
 * knows oRPC.
 */
import { createORPCClient, ORPCError } from '@orpc/client'
import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as SocketLink } from '@orpc/client/websocket'
import { type AppApi, type AppEvent, api, type Method } from '../contract/api.ts'
import { errorDataSchema } from '../contract/error-schema.ts'
import { LimpidError } from '../contract/errors.ts'

export type Wire = { kind: 'port'; port: MessagePort } | { kind: 'socket'; socket: WebSocket }

/** Calls and events over a wire. Everything it throws is a LimpidError. */
export function callOver(wire: Wire): AppApi {
  const link =
    wire.kind === 'port' ? new PortLink({ port: wire.port }) : new SocketLink({ websocket: wire.socket })
  const client = createORPCClient<RawClient>(link)

  async function* events(signal?: AbortSignal): AsyncGenerator<AppEvent> {
    try {
      yield* (await client.events?.({}, { signal })) as AsyncIterable<AppEvent>
    } catch (thrown) {
      throw toLimpidError(thrown)
    }
  }

  const methods = Object.keys(api) as Method[]
  const calls = methods.map((method) => [method, (input: unknown) => call(client, method, input)])
  return { ...Object.fromEntries(calls), events } as AppApi
}

// biome-ignore lint/suspicious/noExplicitAny: oRPC's own bound; the contract's types are put back by `callOver`.
type RawClient = Record<string, (input: unknown, options?: { signal?: AbortSignal }) => any>

async function call(client: RawClient, method: Method, input: unknown): Promise<unknown> {
  try {
    return await client[method]?.(input)
  } catch (thrown) {
    throw toLimpidError(thrown)
  }
}

/** An oRPC error whose data is ErrorData → that error; anything else: the wire broke. */
export function toLimpidError(thrown: unknown): LimpidError {
  if (thrown instanceof LimpidError) return thrown
  if (thrown instanceof ORPCError) {
    const data = errorDataSchema.safeParse(thrown.data)
    if (data.success) return LimpidError.fromData(data.data)
    return new LimpidError('internal', thrown.message, {
      hint: 'This is a bug in Limpid. Please report it with what you did.',
      cause: thrown,
    })
  }
  return new LimpidError('internal', 'Limpid did not answer: the connection was lost.', {
    hint: 'It is tried again by itself. Then do it once more.',
    cause: thrown,
  })
}
