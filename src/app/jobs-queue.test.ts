/** The queue alone, with jobs that do nothing: what begins when, and what it costs to find that out. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { beforeEach, expect, test, vi } from 'vitest'
import type { Job } from '../contract/api.ts'
import { Events } from './events.ts'
import type { JobContext } from './job-runner.ts'
import type { JobRecord, JobStore } from './job-store.ts'
import { Jobs } from './jobs.ts'

type Kind = Job['kind']

const begun: { kind: Kind; pictureId: string; end: () => void }[] = []
vi.mock('./job-kinds.ts', () => {
  const run = ({ job: { kind, pictureId } }: { job: Job }) =>
    new Promise((resolve) => begun.push({ kind, pictureId, end: () => resolve({ saved: null }) }))
  return { jobKinds: { restore: { lane: 'restoration', run }, export: { lane: 'imaging', run } } }
})
beforeEach(() => {
  begun.length = 0
})

function queue({ restoration = 1, records = [] as JobRecord[] } = {}) {
  const engines = { imaging: { width: 1 }, restoration: { width: restoration }, onBackend: () => {} }
  const store = { add() {}, save() {}, takeUp: () => records } as unknown as JobStore
  const jobs = new Jobs(store, new Events(), { engines } as unknown as JobContext)
  const add = (kind: Kind, ...pictureIds: string[]) =>
    jobs.add(
      kind,
      pictureIds.map((pictureId) => ({ pictureId, request: {} })),
    )
  return { jobs, add, engines }
}

const seen = () => begun.map(({ kind, pictureId }) => `${kind} ${pictureId}`)

async function end(name: string): Promise<void> {
  begun.find(({ kind, pictureId }) => `${kind} ${pictureId}` === name)!.end()
  await nextTurn()
}

test('hundreds of jobs begin in the order that they were asked for, each when the one before it has ended', async () => {
  const { jobs, add } = queue()
  const ids = Array.from({ length: 500 }, (_, i) => String(i))
  add('restore', ...ids)
  for (const [i, id] of ids.entries()) {
    expect(begun).toHaveLength(i + 1)
    await end(`restore ${id}`)
  }
  expect(seen()).toEqual(ids.map((id) => `restore ${id}`))
  expect(jobs.all.every(({ state }) => state === 'done')).toBe(true)
})

test('a restoration waits for its picture to be saved: it takes the place of the result that is being saved', async () => {
  const { add } = queue({ restoration: 2 })
  add('export', 'a')
  add('restore', 'a', 'b')
  expect(seen()).toEqual(['export a', 'restore b'])
  await end('export a')
  expect(seen().slice(2)).toEqual(['restore a'])
})

test('saving and restoring wait for the restoration of their picture that was asked for before them, and for no other', async () => {
  const { add } = queue({ restoration: 2 })
  add('restore', 'a', 'b')
  add('export', 'b', 'a', 'c')
  add('restore', 'a', 'd')
  expect(seen()).toEqual(['restore a', 'restore b', 'export c'])
  await end('restore b')
  expect(seen().slice(3)).toEqual(['restore d'])
  await end('export c')
  expect(seen().slice(4)).toEqual(['export b'])
  await end('restore a')
  await end('export b')
  expect(seen().slice(5)).toEqual(['export a'])
  await end('export a')
  expect(seen().slice(6)).toEqual(['restore a'])
})

test('what may begin is found in one pass over the jobs', () => {
  let looks = 0
  const records = Array.from({ length: 5000 }, (_, i): JobRecord => {
    const job: Job = {
      id: String(i),
      kind: 'restore',
      pictureId: '',
      state: 'queued',
      progress: null,
      error: null,
      saved: null,
    }
    const look = () => {
      looks++
      return String(i)
    }
    Object.defineProperty(job, 'pictureId', { enumerable: true, get: look })
    return { job, request: {} }
  })
  const { jobs, engines } = queue({ restoration: 0, records })
  jobs.load()
  engines.onBackend()
  expect(begun).toEqual([])
  expect(looks).toBeGreaterThan(0)
  expect(looks).toBeLessThan(4 * records.length)
})
