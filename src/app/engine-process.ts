/**
 * One engine child process, seen as a function: `run(kind, input)`. It is started when the first job comes, takes
 * one job at a time, is killed when it does not heed a cancel, and is started anew after a crash. A native crash
 * costs the job that it happened in and nothing else.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import type { BackendChoice, BackendName } from '../contract/backend.ts'
import {
  ENGINE_BACKEND_VARIABLE,
  type EngineInput,
  type EngineJobKind,
  type EngineOutput,
  engineJobs,
  type FromEngine,
  fromEngineSchema,
  type Progress,
  type ToEngine,
} from '../contract/engine-protocol.ts'
import { LimpidError } from '../contract/errors.ts'
import { activity } from './engine-activity.ts'
import { parsed } from './parsed.ts'
import { TextTail } from './text-tail.ts'

const SECOND_MS = 1000

export type EngineOptions = {
  /** Path of the engine's main file. */
  entry: string
  /** The Node that runs it; this process's own if absent. */
  execPath?: string
  /** null or absent: the best that works. Asked for at each start. */
  backend?: () => BackendName | null
  /** How long a cancelled job may take to stop before its process is killed, ms. */
  cancelGraceMs?: number
  /** How long a job may take to stop when the app closes, ms. */
  closeGraceMs?: number
  onBackend?: (choice: BackendChoice) => void
}

export type RunOptions = { signal?: AbortSignal; onProgress?: (progress: Progress) => void }

type Task = {
  id: string
  kind: EngineJobKind
  input: unknown
  onProgress: ((progress: Progress) => void) | undefined
  resolve: (output: never) => void
  reject: (error: LimpidError) => void
  /** Set once it was cancelled; fires the kill. */
  grace: NodeJS.Timeout | null
}

export class EngineProcess {
  readonly #options: EngineOptions
  readonly #queue: Task[] = []
  #current: Task | null = null
  #child: ChildProcess | null = null
  #ready = false
  #stale = false
  #closed = false
  #said = new TextTail()

  constructor(options: EngineOptions) {
    this.#options = options
  }

  /** Runs a job, after those asked for before it. Rejects with a `LimpidError`. */
  async run<K extends EngineJobKind>(
    kind: K,
    input: EngineInput<K>,
    { signal, onProgress }: RunOptions = {},
  ): Promise<EngineOutput<K>> {
    const job = { kind, input: parsed<unknown>(engineJobs[kind].input, input, `the engine job "${kind}"`) }
    if (this.#closed || signal?.aborted) throw cancelled(job)
    const { promise, resolve, reject } = Promise.withResolvers<EngineOutput<K>>()
    const task: Task = { ...job, id: randomUUID(), onProgress, resolve, reject, grace: null }
    const onAbort = () => this.#cancel(task)
    signal?.addEventListener('abort', onAbort, { once: true })
    this.#queue.push(task)
    this.#next()
    return promise.finally(() => signal?.removeEventListener('abort', onAbort))
  }

  /** The last few KB that the process wrote on stdout and stderr, for an error report. */
  get said(): string {
    return this.#said.text
  }

  /** Starts a fresh process for the next job (after the running one): the backend was changed. */
  restart(): void {
    this.#stale = true
    this.#next()
  }

  /** Cancels what runs and what waits, and ends the process. */
  async close(): Promise<void> {
    this.#closed = true
    for (const task of this.#queue.splice(0)) task.reject(cancelled(task))
    const child = this.#child
    if (!child) return
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    if (this.#current) {
      // An orderly stop lets the engine take its temporary files away.
      const { promise: settled, resolve } = Promise.withResolvers<void>()
      this.#onIdle = resolve
      this.#cancel(this.#current)
      const grace = setTimeout(resolve, this.#options.closeGraceMs ?? 2 * SECOND_MS)
      await Promise.race([settled, ended])
      clearTimeout(grace)
    }
    if (hasEnded(child)) return
    child.kill('SIGKILL')
    await ended
  }

  #onIdle: () => void = () => {}

  #next(): void {
    if (this.#current) return
    this.#onIdle()
    if (this.#stale || (this.#child && hasEnded(this.#child))) this.#discard()
    const task = this.#queue.shift()
    if (!task) return
    this.#current = task
    if (!this.#child) this.#start()
    else if (this.#ready) this.#send({ type: 'run', id: task.id, kind: task.kind, input: task.input })
  }

  #start(): void {
    const backend = this.#options.backend?.() ?? null
    const env = { ...process.env, [ENGINE_BACKEND_VARIABLE]: backend ?? undefined }
    const child = fork(this.#options.entry, [], {
      execPath: this.#options.execPath ?? process.execPath,
      execArgv: [],
      env,
      serialization: 'json',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // A group of its own: Ctrl-C in a terminal reaches the app, which ends the engine in an orderly way. The
      // engine ends by itself when its channel closes, however the app died. On Windows it would open a window.
      detached: process.platform !== 'win32',
    })
    const said = new TextTail()
    this.#child = child
    this.#said = said
    this.#ready = false
    this.#stale = false
    child.stdout?.on('data', (chunk) => said.add(chunk))
    child.stderr?.on('data', (chunk) => said.add(chunk))
    child.on('message', (message) => {
      if (this.#child === child) this.#receive(message)
    })
    child.on('error', (error) => this.#lost(child, `could not be started: ${error.message}`))
    child.on('exit', (code, signal) => {
      const report = () => {
        clearTimeout(timer)
        this.#lost(child, signal ? `was ended by ${signal}` : `ended with exit code ${code}`, signal)
      }
      // Its last words may still be in the pipe; a grandchild may hold the pipe open for ever.
      const timer = setTimeout(report, this.#current ? 200 : 0)
      child.once('close', report)
    })
  }

  #send(message: ToEngine): void {
    // An error here means that the process is gone, which its `exit` tells.
    this.#child?.send(message, () => {})
  }

  #receive(raw: unknown): void {
    const message = fromEngineSchema.safeParse(raw)
    if (message.success) this.#follow(message.data)
    else this.#breach(message.error)
  }

  #follow(message: FromEngine): void {
    const task = this.#current
    switch (message.type) {
      case 'ready':
        this.#ready = true
        if (task) this.#send({ type: 'run', id: task.id, kind: task.kind, input: task.input })
        break
      case 'backend':
        this.#options.onBackend?.(message.choice)
        break
      case 'progress':
        if (message.id === task?.id) task.onProgress?.(message.progress)
        break
      case 'failed':
        if (message.id !== task?.id) break
        this.#settle(() => task.reject(LimpidError.fromData(message.error)))
        break
      case 'done':
        if (message.id === task?.id) this.#finish(task, message.output)
    }
  }

  #finish(task: Task, raw: unknown): void {
    const output = engineJobs[task.kind].output.safeParse(raw)
    if (output.success) this.#settle(() => task.resolve(output.data as never))
    else this.#breach(output.error)
  }

  #settle(tell: () => void): void {
    if (this.#current?.grace) clearTimeout(this.#current.grace)
    this.#current = null
    tell()
    this.#next()
  }

  #cancel(task: Task): void {
    const place = this.#queue.indexOf(task)
    if (place >= 0) {
      this.#queue.splice(place, 1)
      task.reject(cancelled(task))
      return
    }
    if (task !== this.#current || task.grace) return
    if (!this.#ready) {
      this.#settle(() => task.reject(cancelled(task)))
      return
    }
    this.#send({ type: 'cancel', id: task.id })
    const graceMs = this.#options.cancelGraceMs ?? 5 * SECOND_MS
    task.grace = setTimeout(() => this.#child?.kill('SIGKILL'), graceMs)
  }

  /** The engine broke the protocol: it can't be trusted with another job. */
  #breach(error: z.ZodError): void {
    const task = this.#current
    this.#discard()
    if (!task) return
    const place = error.issues[0]?.path.join('.') || 'message'
    const message = `The engine gave an answer that does not fit while ${activity(task)} (${place}: ${error.issues[0]?.message}).`
    const hint = 'This is a bug in Limpid. Please report it with what you did.'
    this.#settle(() => task.reject(new LimpidError('internal', message, { hint, cause: error })))
  }

  /** Ends the process; the next job starts another. */
  #discard(): void {
    this.#child?.kill('SIGKILL')
    this.#child = null
    this.#ready = false
    this.#stale = false
  }

  #lost(child: ChildProcess, how: string, signal: NodeJS.Signals | null = null): void {
    if (this.#child !== child) return
    this.#child = null
    this.#ready = false
    const task = this.#current
    if (!task) return
    this.#settle(() => task.reject(task.grace ? cancelled(task) : crashed(task, how, signal, this.said)))
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

function cancelled(task: Pick<Task, 'kind' | 'input'>): LimpidError {
  return new LimpidError('cancelled', `Cancelled while ${activity(task)}.`)
}

function crashed(task: Task, how: string, signal: string | null, said: string): LimpidError {
  // Linux's out-of-memory killer sends SIGKILL; Node says so itself when it is its own heap.
  const memory = signal === 'SIGKILL' || /heap out of memory|bad_alloc/.test(said)
  const hint = memory
    ? 'The computer probably ran out of memory: close other programs, then try again.'
    : 'Try again; the engine starts afresh. If it happens again, `limpid doctor` shows what the engine needs.'
  return new LimpidError('engine-crashed', `The engine ${how} while ${activity(task)}.`, {
    hint,
    cause: new Error(said),
  })
}
