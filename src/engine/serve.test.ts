import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ENGINE_PASSED_OVER_VARIABLE, type FromEngine, type ToEngine } from '../contract/engine-protocol.ts'

let engine: ChildProcess
let said: FromEngine[]

const passedOver = [
  { name: 'tensorflow', problem: 'It crashed an engine.' },
  { name: 'webgpu', problem: 'It crashed another.' },
]

beforeEach(async () => {
  engine = fork(new URL('./testing/throwing-engine.ts', import.meta.url), [], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { ...process.env, [ENGINE_PASSED_OVER_VARIABLE]: JSON.stringify(passedOver) },
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

test('it tells of a backend before and after it is started, and starts none that is passed over', async () => {
  ask({ type: 'run', id: 'a', kind: 'warmup', input: {} })
  await vi.waitFor(() => expect(said.at(-1)).toMatchObject({ type: 'done' }), { timeout: 60_000 })
  expect(said.slice(1)).toMatchObject([
    { type: 'trying', backend: 'wasm' },
    { type: 'tried', backend: 'wasm' },
    { type: 'backend', choice: { name: 'wasm', passedOver } },
    { type: 'done', id: 'a' },
  ])
})
