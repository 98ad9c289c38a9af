import { MessageChannel } from 'node:worker_threads'
import { createORPCClient, type ORPCError } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import { expect, onTestFinished, test } from 'vitest'
import type { AppApi, AppEvent } from '../contract/api.ts'
import { serveOverMessagePort } from './router.ts'
import { type TestApp, testApp } from './testing/test-app.ts'

/** As a window would have it. */
type Client = Omit<AppApi, 'events'> & {
  events(input: undefined, options: { signal: AbortSignal }): Promise<AsyncIterable<AppEvent>>
}

function connect(t: TestApp): Client {
  const { port1, port2 } = new MessageChannel()
  serveOverMessagePort(t.app, port1 as never)
  port2.start()
  onTestFinished(() => port2.close())
  return createORPCClient(new RPCLink({ port: port2 as never })) as Client
}

async function failure(call: Promise<unknown>): Promise<ORPCError<string, unknown>> {
  return call.then(
    () => expect.unreachable('It should have failed'),
    (error) => error,
  )
}

test('a call crosses and its answer comes back', async () => {
  const t = await testApp()
  const client = connect(t)
  expect(await client.state({})).toMatchObject({ pictures: [], models: [{ id: 'denoise-test' }] })
  expect(await client.saveSettings({ theme: 'light' })).toEqual({
    theme: 'light',
    backend: null,
    strength: 1,
  })
})

test('a backend that the app was started with is told beside the settings', async () => {
  expect(await (await testApp()).app.state({})).toMatchObject({ pinnedBackend: null })
  const t = await testApp({ backend: 'cpu' })
  expect(await t.app.state({})).toMatchObject({ pinnedBackend: 'cpu', settings: { backend: null } })
})

test('an error crosses with its code, message, hint and file', async () => {
  const t = await testApp()
  const client = connect(t)
  const path = t.write('a.png')
  const { pictures } = await client.addPictures({ paths: [path] })
  const error = await failure(client.export({ id: pictures[0].id, strength: 1, path: null }))
  expect(error.data).toEqual({
    code: 'bad-request',
    message: expect.stringContaining('a.png'),
    hint: expect.any(String),
    file: path,
  })
})

test.each([
  ['restore', { ids: ['x'], steps: [{ task: 'denoise', model: 7 }] }, 'steps.0.model'],
  ['addPictures', { paths: [] }, 'paths'],
  ['addPictures', 'a.png', 'addPictures'],
  ['export', { id: 'x', strength: 2, path: null }, 'strength'],
  ['saveSettings', { theme: 'pink' }, 'theme'],
  ['state', null, ''],
] as const)('a message that does not fit is refused, naming the field: %s', async (method, input, field) => {
  const client = connect(await testApp())
  const call = client[method] as (input: unknown) => Promise<unknown>
  if (field === '') return expect(await call(input)).toBeTruthy()
  const { data } = await failure(call(input))
  expect(data).toMatchObject({ code: 'bad-request', message: expect.stringContaining(field) })
})

test('events cross from the moment of asking, and end with the signal', async () => {
  const t = await testApp()
  const client = connect(t)
  const stop = new AbortController()
  const events = await client.events(undefined, { signal: stop.signal })
  await client.saveSettings({ strength: 0.25 })
  for await (const event of events) {
    if (event.type !== 'settings') continue
    expect(event.settings.strength).toBe(0.25)
    break
  }
  stop.abort()
})
