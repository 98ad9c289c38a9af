import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { FromEngine, ToEngine } from '../contract/engine-protocol.ts'

let engine: ChildProcess
let said: FromEngine[]

beforeEach(async () => {
  engine = fork(new URL('./testing/throwing-engine.ts', import.meta.url), [], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  said = []
  engine.on('message', (message) => said.push(message as FromEngine))
  await once(engine, 'message')
  expect(said).toEqual([{ type: 'ready' }])
})
afterEach(() => engine.kill('SIGKILL'))

const ask = (message: ToEngine) => engine.send(message)
const steps = [{ task: 'denoise', folder: 'models/x', strength: 1 }]

test.each(['exception', 'rejection', 'rejection behind wasm'])(
  'an error that no job catches (%s) fails the job that was at work, and the process ends',
  async (path) => {
    ask({ type: 'run', id: 'a', kind: 'inspect', input: { path, folder: '/tmp' } })
    const [code] = await once(engine, 'exit')
    expect(code).toBe(1)
    expect(said.slice(1)).toMatchObject([
      { type: 'ending' },
      { type: 'failed', id: 'a', error: { code: 'internal', message: 'thrown in passing' } },
    ])
  },
)

test('of several jobs at work none is blamed: the app is told that the process ends', async () => {
  ask({ type: 'run', id: 'a', kind: 'restore', input: { path: 'a.png', folder: '/tmp', steps } })
  const target = { path: '/tmp/b.png', overwrite: true }
  ask({ type: 'run', id: 'b', kind: 'process', input: { path: 'b.png', target, steps } })
  await once(engine, 'exit')
  expect(said.slice(1)).toEqual([{ type: 'ending' }])
})

test('it ends with its app', async () => {
  engine.disconnect()
  const [code] = await once(engine, 'exit')
  expect(code).toBe(0)
})
