import { expect, test } from 'vitest'
import type { AppEvent, Job } from '../contract/api.ts'
import { Events } from './events.ts'

function job(state: Job['state'], done?: number): AppEvent {
  const progress = done === undefined ? null : { done, label: '', remainingMs: null }
  return {
    type: 'job',
    job: { id: 'j', kind: 'restore', pictureId: 'p', state, progress, error: null, saved: null },
  }
}
const removed = (id: string): AppEvent => ({ type: 'picture-removed', id })
const error = (message: string): AppEvent => ({ type: 'error', error: { code: 'internal', message } })

async function rest(events: AsyncIterable<AppEvent>): Promise<AppEvent[]> {
  const all: AppEvent[] = []
  for await (const event of events) all.push(event)
  return all
}

test('each listener gets every event from its call on', async () => {
  const events = new Events()
  const first = events.subscribe()
  events.emit(removed('a'))
  const second = events.subscribe()
  events.emit(removed('b'))
  events.close()
  expect(await rest(first)).toEqual([removed('a'), removed('b')])
  expect(await rest(second)).toEqual([removed('b')])
})

test('of progress that waits only the last is kept; every change of state is', async () => {
  const events = new Events()
  const listener = events.subscribe()
  for (const event of [
    job('queued'),
    job('running'),
    job('running', 0.1),
    job('running', 0.2),
    job('done'),
  ]) {
    events.emit(event)
  }
  events.close()
  expect(await rest(listener)).toEqual([job('queued'), job('running', 0.2), job('done')])
})

test('a listener ends with its signal, while it waits and before it began', async () => {
  const events = new Events()
  const stop = new AbortController()
  const waiting = rest(events.subscribe(stop.signal))
  events.emit(removed('a'))
  stop.abort()
  events.emit(removed('b'))
  expect(await waiting).toEqual([removed('a')])
  expect(await rest(events.subscribe(stop.signal))).toEqual([])
})

test('an error, or what was opened, that nobody heard is told to the first who listens', async () => {
  const opened: AppEvent = { type: 'open', paths: ['/photos/b.jpg'] }
  const events = new Events()
  events.emit(error('at start'))
  events.emit(opened)
  events.emit(removed('unheard'))
  const first = events.subscribe()
  const second = events.subscribe()
  events.close()
  expect(await rest(first)).toEqual([error('at start'), opened])
  expect(await rest(second)).toEqual([])
})
