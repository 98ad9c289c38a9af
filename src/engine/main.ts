/**
 * The engine process: started by the app as a child with an IPC channel, runs one job at a time, and says what it
 * does in messages of contract/engine-protocol.ts. Ends when the channel closes.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { BackendChoice } from '../contract/backend.ts'
import {
  ENGINE_BACKEND_VARIABLE,
  engineBackendSchema,
  engineJobs,
  type FromEngine,
  type Progress,
  toEngineSchema,
} from '../contract/engine-protocol.ts'
import { LimpidError, toErrorData } from '../contract/errors.ts'
import { jobHandlers } from './jobs/index.ts'
import { cancelled, type JobContext } from './jobs/job.ts'
import { remainingTime } from './jobs/remaining-time.ts'

/** Progress is sent at most so often, ms. */
const PROGRESS_EVERY_MS = 50

let running: string | null = null
const cancelledIds = new Set<string>()
let backend: Promise<BackendChoice> | null = null

process.on('message', (raw) => {
  const message = toEngineSchema.safeParse(raw)
  if (!message.success) {
    // Not from our app, or an app of another version: nothing to answer to.
    console.error('engine: a message that does not fit the protocol', message.error.message)
    return
  }
  if (message.data.type === 'cancel') cancelledIds.add(message.data.id)
  else void run(message.data.id, message.data.kind, message.data.input)
})
process.on('disconnect', () => process.exit(0))
send({ type: 'ready' })

async function run(id: string, kind: keyof typeof engineJobs, rawInput: unknown): Promise<void> {
  try {
    if (running !== null) {
      throw new LimpidError('bad-request', `The engine is at work on job ${running}; it takes one at a time.`)
    }
    running = id
    const input = engineJobs[kind].input.safeParse(rawInput)
    if (!input.success)
      throw new LimpidError('bad-request', `The input of "${kind}" does not fit: ${input.error.message}`)
    // The table's types pair each kind's handler with its input; the index by a union loses that.
    const load = jobHandlers[kind] as () => Promise<(input: unknown, context: JobContext) => Promise<unknown>>
    const handler = await load()
    const output = await handler(input.data, contextOf(id))
    finish(id)
    send({ type: 'done', id, output })
  } catch (thrown) {
    finish(id)
    send({ type: 'failed', id, error: toErrorData(thrown) })
  }
}

function finish(id: string): void {
  if (running === id) running = null
  cancelledIds.delete(id)
}

function contextOf(id: string): JobContext {
  const remaining = remainingTime()
  let lastSent = Number.NEGATIVE_INFINITY
  return {
    backend: startBackend,
    isCancelled: () => cancelledIds.has(id),
    async step(done, label, training) {
      await nextTurn() // lets a cancel in
      if (cancelledIds.has(id) && !training) throw cancelled()
      const remainingMs = remaining(done)
      const now = performance.now()
      if (now - lastSent < PROGRESS_EVERY_MS && done < 1 && !training?.psnr) return
      lastSent = now
      const progress: Progress = { done: Math.min(1, done), label, remainingMs }
      if (training) progress.training = training
      send({ type: 'progress', id, progress })
    },
  }
}

function startBackend(): Promise<BackendChoice> {
  backend ??= import('./backends/choose.ts').then(async ({ chooseBackend }) => {
    const choice = await chooseBackend(
      engineBackendSchema.parse(process.env[ENGINE_BACKEND_VARIABLE] || undefined),
    )
    send({ type: 'backend', choice })
    return choice
  })
  backend.catch(() => {
    backend = null // the next job tries anew
  })
  return backend
}

function send(message: FromEngine): void {
  process.send?.(message)
}
