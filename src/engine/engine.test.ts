import { beforeEach, expect, test, vi } from 'vitest'
import type { FromEngine } from '../contract/engine-protocol.ts'
import { cancelled } from './cancelled.ts'
import { Compute } from './compute.ts'
import { Engine } from './engine.ts'
import { jobHandlers } from './jobs/index.ts'
import type { JobContext } from './jobs/job.ts'

/** Jobs that run until they are told how to end, by the picture that they are about. */
let jobs: Map<string, { end(): void; context: JobContext }>
let said: FromEngine[]
let engine: Engine

beforeEach(() => {
  jobs = new Map()
  said = []
  const handler = async () => (input: { path: string }, context: JobContext) =>
    new Promise<never>((resolve, reject) => {
      jobs.set(input.path, { end: () => resolve({} as never), context })
      context.signal.addEventListener('abort', () => reject(cancelled()))
    })
  engine = new Engine({
    compute: new Compute(),
    send: (message) => said.push(message),
    handlers: { ...jobHandlers, inspect: handler, process: handler },
  })
})

async function run(kind: 'inspect' | 'process', path: string): Promise<void> {
  const steps = [{ task: 'denoise', folder: 'x', strength: 1 }]
  const input =
    kind === 'inspect' ? { path, folder: '/' } : { path, steps, target: { path, overwrite: true } }
  engine.receive({ type: 'run', id: path, kind, input })
  await settled()
}
const settled = () => new Promise((resolve) => setTimeout(resolve, 5))

test('a job runs alone, and another that comes meanwhile is refused', async () => {
  await run('inspect', 'a')
  await run('inspect', 'b')
  await run('process', 'c')
  expect(said).toMatchObject([
    { type: 'failed', id: 'b', error: { code: 'bad-request' } },
    { type: 'failed', id: 'c', error: { code: 'bad-request' } },
  ])
  jobs.get('a')!.end()
  await settled()
  expect(said.at(-1)).toEqual({ type: 'done', id: 'a', output: {} })
})

test('restorations share the process, know of each other, and are cancelled one by one', async () => {
  await run('process', 'a')
  await run('process', 'b')
  const { context } = jobs.get('a')!
  expect(context.jobsAtHand()).toBe(2)
  engine.receive({ type: 'cancel', id: 'b' })
  await settled()
  expect(said).toMatchObject([{ type: 'failed', id: 'b', error: { code: 'cancelled' } }])
  expect(context.isCancelled()).toBe(false)
  expect(context.jobsAtHand()).toBe(1)
  await context.step(0.5, 'Half way')
  jobs.get('a')!.end()
  await settled()
  expect(said.slice(1)).toMatchObject([
    { type: 'progress', id: 'a', progress: { done: 0.5 } },
    { type: 'done', id: 'a' },
  ])
})

test('an input that does not fit is an error of the job, and the next one runs', async () => {
  engine.receive({ type: 'run', id: 'x', kind: 'inspect', input: { path: 7 } })
  await settled()
  await run('inspect', 'a')
  expect(said).toMatchObject([{ type: 'failed', id: 'x', error: { code: 'bad-request' } }])
  expect(jobs.has('a')).toBe(true)
})

test('after an error that no job caught it says nothing more of its jobs', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {})
  await run('process', 'a')
  await run('process', 'b')
  let ends = 0
  engine.breakOff(new Error('lost its mind'), () => ends++)
  engine.breakOff(new Error('again'), () => ends++)
  jobs.get('a')!.end()
  await settled()
  expect(said).toEqual([{ type: 'ending' }])
  expect(ends).toBe(0) // not before the app has been told
  expect(String(log.mock.calls[0])).toContain('lost its mind')
  log.mockRestore()
})
