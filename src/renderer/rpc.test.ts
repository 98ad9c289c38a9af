import { ORPCError } from '@orpc/client'
import { os } from '@orpc/server'
import { RPCHandler } from '@orpc/server/message-port'
import { afterEach, expect, it } from 'vitest'
import type { AppEvent } from '../contract/api.ts'
import { callOver } from './rpc.ts'

const { port1, port2 } = new MessageChannel()
afterEach(() => {
  port1.close()
  port2.close()
})

it('calls, events and errors cross a MessagePort; errors come out as what they were', async () => {
  const data = {
    code: 'file-exists',
    message: 'a.png is there already.',
    hint: 'Choose another name.',
    file: '/a.png',
  }
  const happenings: AppEvent[] = [
    { type: 'picture-removed', id: 'a' },
    { type: 'picture-removed', id: 'b' },
  ]
  new RPCHandler({
    state: os.handler(() => ({ version: '7' })),
    export: os.handler(() => {
      throw new ORPCError('file-exists', { status: 400, message: data.message, data })
    }),
    doctor: os.handler(() => {
      throw new Error('a secret of the server')
    }),
    events: os.handler(async function* () {
      yield* happenings
    }),
  }).upgrade(port1)
  port1.start()
  port2.start()
  const api = callOver({ kind: 'port', port: port2 as unknown as MessagePort })

  expect(await api.state({})).toEqual({ version: '7' })
  const heard: AppEvent[] = []
  for await (const event of api.events()) heard.push(event)
  expect(heard).toEqual(happenings)
  await expect(api.export({ id: 'a', strength: 1, path: '/a.png' })).rejects.toMatchObject({
    name: 'LimpidError',
    ...data,
  })
  await expect(api.doctor({})).rejects.toMatchObject({ code: 'internal', hint: expect.stringMatching(/bug/) })
})
