/** Fans the app's events out to the faces that listen. */
import type { AppEvent } from '../contract/api.ts'

/** Kept for the first that listens: what went wrong or was opened at start would else be seen by nobody. */
const KEPT: readonly AppEvent['type'][] = ['error', 'open']
const MOST_KEPT = 50

export class Events {
  readonly #listeners = new Set<Listener>()
  readonly #unseen: AppEvent[] = []

  emit(event: AppEvent): void {
    for (const listener of this.#listeners) listener.push(event)
    if (this.#listeners.size > 0 || !KEPT.includes(event.type)) return
    this.#unseen.push(event)
    if (this.#unseen.length > MOST_KEPT) this.#unseen.shift()
  }

  /** Events from this call on, until `signal` aborts or the loop is left. */
  subscribe(signal?: AbortSignal): AsyncIterableIterator<AppEvent> {
    const listener = new Listener(() => this.#listeners.delete(listener))
    if (signal?.aborted) {
      listener.end()
      return listener
    }
    signal?.addEventListener('abort', () => listener.end(), { once: true })
    this.#listeners.add(listener)
    for (const event of this.#unseen.splice(0)) listener.push(event)
    return listener
  }

  close(): void {
    for (const listener of this.#listeners) listener.end()
  }
}

/** A queue that is read with `for await`. Nothing is dropped, but of a job's waiting progress only the last is kept. */
class Listener implements AsyncIterableIterator<AppEvent> {
  readonly #onEnd: () => void
  readonly #waiting: AppEvent[] = []
  readonly #readers: ((result: IteratorResult<AppEvent>) => void)[] = []
  #ended = false

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd
  }

  push(event: AppEvent): void {
    if (this.#ended) return
    const reader = this.#readers.shift()
    if (reader) {
      reader({ value: event, done: false })
      return
    }
    const older = this.#waiting.findIndex((waiting) => isProgressOfTheSame(waiting, event))
    if (older >= 0) this.#waiting[older] = event
    else this.#waiting.push(event)
  }

  /** What waits is still read. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#onEnd()
    for (const reader of this.#readers.splice(0)) reader({ value: undefined, done: true })
  }

  next(): Promise<IteratorResult<AppEvent>> {
    const event = this.#waiting.shift()
    if (event) return Promise.resolve({ value: event, done: false })
    if (this.#ended) return Promise.resolve({ value: undefined, done: true })
    return new Promise((resolve) => this.#readers.push(resolve))
  }

  return(): Promise<IteratorResult<AppEvent>> {
    this.#waiting.length = 0
    this.end()
    return Promise.resolve({ value: undefined, done: true })
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}

function isProgressOfTheSame(older: AppEvent, newer: AppEvent): boolean {
  if (older.type !== 'job' || newer.type !== 'job' || older.job.id !== newer.job.id) return false
  return older.job.state === 'running' && newer.job.state === 'running'
}
