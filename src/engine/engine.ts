/**
 * The engine as the app sees it: takes messages of contract/engine-protocol.ts, runs jobs, says what it does. One job at
 * a time; of restorations as many as the backend has workers for.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  type EngineJobKind,
  engineJobs,
  type FromEngine,
  type Progress,
  SHARING,
  toEngineSchema,
} from '../contract/engine-protocol.ts'
import { LimpidError, toErrorData } from '../contract/errors.ts'
import { cancelled } from './cancelled.ts'
import type { Compute } from './compute.ts'
import { jobHandlers } from './jobs/index.ts'
import type { JobContext } from './jobs/job.ts'
import { remainingTime } from './jobs/remaining-time.ts'

/** Progress is sent at most so often, ms. */
const PROGRESS_EVERY_MS = 50

export type EngineOptions = {
  compute: Compute
  /** `sent` is called when the message is through. */
  send(message: FromEngine, sent?: () => void): void
  /** The table of jobs. */
  handlers?: typeof jobHandlers
}

type Running = { kind: EngineJobKind; stop: AbortController }

export class Engine {
  readonly #compute: Compute
  readonly #send: EngineOptions['send']
  readonly #handlers: typeof jobHandlers
  readonly #running = new Map<string, Running>()
  #broken = false

  constructor({ compute, send, handlers = jobHandlers }: EngineOptions) {
    this.#compute = compute
    this.#send = send
    this.#handlers = handlers
  }

  receive(raw: unknown): void {
    const message = toEngineSchema.safeParse(raw)
    if (!message.success) {
      // Not from our app, or an app of another version: nothing to answer to.
      console.error('engine: a message that does not fit the protocol', message.error.message)
    } else if (message.data.type === 'cancel') this.#running.get(message.data.id)?.stop.abort()
    else void this.#run(message.data.id, message.data.kind, message.data.input)
  }

  /**
   * Something was thrown that no job caught: what the process holds can't be trusted any more. A job that was alone at
   * work fails of it; of several nobody knows whose it is, so they are left to the app. `end` is called when the app
   * has been told: the process must end then.
   */
  breakOff(thrown: unknown, end: () => void): void {
    if (this.#broken) return
    this.#broken = true
    console.error('engine: ends, because of an error that no job caught:', thrown)
    const [only, ...others] = this.#running.keys()
    if (only === undefined || others.length > 0) this.#send({ type: 'ending' }, end)
    else {
      this.#send({ type: 'ending' })
      this.#send({ type: 'failed', id: only, error: toErrorData(thrown) }, end)
    }
  }

  async #run(id: string, kind: EngineJobKind, rawInput: unknown): Promise<void> {
    try {
      const output = await this.#perform(id, kind, rawInput)
      this.#running.delete(id)
      if (!this.#broken) this.#send({ type: 'done', id, output })
    } catch (thrown) {
      this.#running.delete(id)
      if (!this.#broken) this.#send({ type: 'failed', id, error: toErrorData(thrown) })
    }
  }

  async #perform(id: string, kind: EngineJobKind, rawInput: unknown): Promise<unknown> {
    const busy = [...this.#running.values()]
    if (busy.length > 0 && ![kind, ...busy.map((job) => job.kind)].every((each) => SHARING.has(each))) {
      throw new LimpidError('bad-request', `The engine is at work: it takes a job "${kind}" alone.`)
    }
    const stop = new AbortController()
    this.#running.set(id, { kind, stop })
    const input = engineJobs[kind].input.safeParse(rawInput)
    if (!input.success) {
      throw new LimpidError('bad-request', `The input of "${kind}" does not fit: ${input.error.message}`)
    }
    // The table's types pair each kind's handler with its input; the index by a union loses that.
    const load = this.#handlers[kind] as () => Promise<
      (input: unknown, context: JobContext) => Promise<unknown>
    >
    const handler = await load()
    return handler(input.data, this.#contextOf(id, stop.signal))
  }

  #contextOf(id: string, signal: AbortSignal): JobContext {
    const remaining = remainingTime()
    let lastSent = Number.NEGATIVE_INFINITY
    return {
      compute: this.#compute,
      backend: async () => (await this.#compute.session()).choice,
      signal,
      isCancelled: () => signal.aborted,
      jobsAtHand: () => this.#running.size,
      step: async (done, label, training) => {
        await nextTurn() // lets a cancel in
        if (signal.aborted && !training) throw cancelled()
        const remainingMs = remaining(done)
        const now = performance.now()
        if (now - lastSent < PROGRESS_EVERY_MS && done < 1 && !training?.figures) return
        lastSent = now
        const progress: Progress = { done: Math.min(1, done), label, remainingMs }
        if (training) progress.training = training
        this.#send({ type: 'progress', id, progress })
      },
    }
  }
}
