/**
 * One engine child process, seen as a function: `run(kind, input)`. It is started when the first job comes, takes
 * one job at a time (of restorations as many as its backend has workers for), is killed when it does not heed a
 * cancel, and is started anew after a crash. A native crash costs the job that it happened in and nothing else.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import type { BackendChoice, BackendName } from '../contract/backend.ts'
import {
  ENGINE_BACKEND_VARIABLE,
  ENGINE_PASSED_OVER_VARIABLE,
  type EngineInput,
  type EngineJobKind,
  type EngineOutput,
  engineJobs,
  type FromEngine,
  fromEngineSchema,
  type Progress,
  SHARING,
  type ToEngine,
} from '../contract/engine-protocol.ts'
import { LimpidError } from '../contract/errors.ts'
import { ENGINE_ARGUMENTS, engineEnvironment } from './engine-environment.ts'
import { cancelled, crashed, misfit } from './engine-errors.ts'
import { parsed } from './parsed.ts'
import { TextTail } from './text-tail.ts'

const SECOND_MS = 1000

/** We, a person or the system wanted the process gone: its backend is not to blame. */
const ENDED_BY_OTHERS: ReadonlySet<string | null> = new Set(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'])

export type EngineOptions = {
  /** Path of the engine's main file. */
  entry: string
  /** The Node that runs it; this process's own if absent. */
  execPath?: string
  /** null or absent: the best that works. Asked for at each start. */
  backend?: () => BackendName | null
  /** Backends not to be tried and why; those that crash a process are added. Engines may share it. */
  passedOver?: Map<BackendName, string>
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
  /** One of several that were at work when the process crashed: it runs alone, so that the culprit is found. */
  suspect: boolean
}

export class EngineProcess {
  readonly #options: EngineOptions
  readonly #queue: Task[] = []
  readonly #running = new Map<string, Task>()
  readonly #passedOver: Map<BackendName, string>
  #child: ChildProcess | null = null
  #ready = false
  /** How many jobs that share it takes at a time. */
  #width = 1
  #stale = false
  /** Backends that the process was told not to try. */
  #avoided: ReadonlySet<BackendName> = new Set()
  /** The backend that the process is starting. */
  #trying: BackendName | null = null
  #closed = false
  #said = new TextTail()

  constructor(options: EngineOptions) {
    this.#options = options
    this.#passedOver = options.passedOver ?? new Map()
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
    const task: Task = { ...job, id: randomUUID(), onProgress, resolve, reject, grace: null, suspect: false }
    const onAbort = () => this.#cancel(task)
    signal?.addEventListener('abort', onAbort, { once: true })
    this.#queue.push(task)
    this.#next()
    return promise.finally(() => signal?.removeEventListener('abort', onAbort))
  }

  /** How many restorations run at a time; known when the backend was started. */
  get width(): number {
    return this.#width
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
    if (this.#running.size > 0) {
      // An orderly stop lets the engine take its temporary files away.
      const { promise: settled, resolve } = Promise.withResolvers<void>()
      this.#onIdle = resolve
      for (const task of [...this.#running.values()]) this.#cancel(task)
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
    if (this.#running.size === 0) {
      this.#onIdle()
      if (this.#stale || (this.#child && hasEnded(this.#child))) this.#discard()
    }
    while (this.#hasRoom()) {
      const task = this.#queue.shift()!
      this.#running.set(task.id, task)
      if (!this.#child) this.#start()
      else if (this.#ready) this.#begin(task)
    }
  }

  /** Whether the first that waits may begin. */
  #hasRoom(): boolean {
    const first = this.#queue[0]
    if (!first) return false
    if (this.#running.size === 0) return true
    const shares = ({ kind, suspect }: Task) => SHARING.has(kind) && !suspect
    return (
      !this.#stale && this.#running.size < this.#width && [first, ...this.#running.values()].every(shares)
    )
  }

  #begin({ id, kind, input }: Task): void {
    this.#send({ type: 'run', id, kind, input })
  }

  #start(): void {
    const backend = this.#options.backend?.() ?? null
    this.#avoided = new Set(this.#passedOver.keys())
    const passedOver = [...this.#passedOver].map(([name, problem]) => ({ name, problem }))
    const env = {
      ...engineEnvironment(),
      [ENGINE_BACKEND_VARIABLE]: backend ?? undefined,
      [ENGINE_PASSED_OVER_VARIABLE]: JSON.stringify(passedOver),
    }
    const child = fork(this.#options.entry, [], {
      execPath: this.#options.execPath ?? process.execPath,
      execArgv: ENGINE_ARGUMENTS,
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
    this.#width = 1
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
      const timer = setTimeout(report, this.#running.size > 0 ? 200 : 0)
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
    const task = 'id' in message ? this.#running.get(message.id) : undefined
    switch (message.type) {
      case 'ready':
        this.#ready = true
        for (const waiting of this.#running.values()) this.#begin(waiting)
        break
      case 'trying':
        this.#trying = message.backend
        break
      case 'tried':
        this.#trying = null
        break
      case 'backend':
        this.#width = message.choice.workers ?? 1
        this.#options.onBackend?.(message.choice)
        this.#next()
        break
      case 'progress':
        task?.onProgress?.(message.progress)
        break
      case 'failed':
        if (task) this.#settle(task, () => task.reject(LimpidError.fromData(message.error)))
        break
      case 'done':
        if (task) this.#finish(task, message.output)
        break
      case 'ending':
        this.#stale = true
    }
  }

  #finish(task: Task, raw: unknown): void {
    const output = engineJobs[task.kind].output.safeParse(raw)
    if (output.success) this.#settle(task, () => task.resolve(output.data as never))
    else this.#breach(output.error)
  }

  #settle(task: Task, tell: () => void): void {
    if (task.grace) clearTimeout(task.grace)
    this.#running.delete(task.id)
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
    if (!this.#running.has(task.id) || task.grace) return
    if (!this.#ready) {
      this.#settle(task, () => task.reject(cancelled(task)))
      return
    }
    this.#send({ type: 'cancel', id: task.id })
    const graceMs = this.#options.cancelGraceMs ?? 5 * SECOND_MS
    task.grace = setTimeout(() => this.#child?.kill('SIGKILL'), graceMs)
  }

  /** The engine broke the protocol: it can't be trusted with another job. */
  #breach(error: z.ZodError): void {
    this.#discard()
    this.#failAll((task) => misfit(task, error))
  }

  /** Ends the process; the next job starts another. */
  #discard(): void {
    this.#child?.kill('SIGKILL')
    this.#child = null
    this.#ready = false
    this.#width = 1
    this.#stale = false
    this.#trying = null
  }

  #lost(child: ChildProcess, how: string, signal: NodeJS.Signals | null = null): void {
    if (this.#child !== child) return
    const backend = this.#trying
    this.#discard()
    const ofBackend = backend !== null && !this.#avoided.has(backend) && !ENDED_BY_OTHERS.has(signal)
    if (ofBackend) this.#passedOver.set(backend, `It crashes as it starts: the engine ${how}.`)
    this.#failAll((task) => crashed(task, how, signal, this.said), ofBackend)
  }

  /**
   * The process is gone, and what was at work in it. A job that was alone fails of it. Several are begun anew: each
   * alone, unless it was a cancelled one that had the process killed, or `ofBackend`: a backend that is tried no more.
   */
  #failAll(errorOf: (task: Task) => LimpidError, ofBackend = false): void {
    const tasks = [...this.#running.values()]
    const killed = tasks.some(({ grace }) => grace)
    const innocent = tasks.filter(({ grace }) => !grace)
    const retried = !this.#closed && (killed || ofBackend || innocent.length > 1) ? innocent : []
    this.#running.clear()
    for (const task of tasks) {
      if (task.grace) clearTimeout(task.grace)
      if (task.grace) task.reject(cancelled(task))
      else if (!retried.includes(task)) task.reject(errorOf(task))
    }
    for (const task of retried) if (!killed && !ofBackend) task.suspect = true
    this.#queue.unshift(...retried)
    this.#next()
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}
