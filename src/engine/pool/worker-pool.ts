/**
 * Workers that each compute on one core with a backend that can't use more: threads with a backend and a model of their
 * own. They share the tiles of one picture, and the tiles of several.
 */
import { Worker } from 'node:worker_threads'
import type { BackendName } from '../../contract/backend.ts'
import { LimpidError } from '../../contract/errors.ts'
import { cancelled } from '../cancelled.ts'
import type { Answer, Block, WorkerStart } from './worker-protocol.ts'

export type PoolOptions = {
  backend: BackendName
  /** How many workers at most; each is started when there is work for it. */
  size: number
  /** What a worker runs. */
  script?: URL
  /** A worker without work for so long ends: WebAssembly never gives back memory otherwise, ms. */
  idleMs?: number
}

type Task = {
  block: Block
  resolve(values: Float32Array): void
  reject(error: LimpidError): void
}

type Member = { worker: Worker; task: Task | null; idle: NodeJS.Timeout | null }

export class WorkerPool {
  readonly size: number
  readonly #backend: BackendName
  readonly #script: URL
  readonly #idleMs: number
  readonly #members = new Set<Member>()
  readonly #waiting: Task[] = []

  constructor({ backend, size, script, idleMs = 30_000 }: PoolOptions) {
    this.size = size
    this.#backend = backend
    this.#script = script ?? new URL('./pool-worker.ts', import.meta.url)
    this.#idleMs = idleMs
  }

  /** Workers that are there now. */
  get started(): number {
    return this.#members.size
  }

  /**
   * Runs a block on the first worker that is free. Throws what the worker threw; a worker that dies is replaced. When
   * `signal` aborts, a worker at work on the block is ended: a block may take many seconds.
   */
  async run(block: Block, signal?: AbortSignal): Promise<Float32Array> {
    if (signal?.aborted) throw cancelled()
    const { promise, resolve, reject } = Promise.withResolvers<Float32Array>()
    const task: Task = { block, resolve, reject }
    const onAbort = () => this.#abort(task)
    signal?.addEventListener('abort', onAbort, { once: true })
    this.#waiting.push(task)
    this.#share()
    return promise.finally(() => signal?.removeEventListener('abort', onAbort))
  }

  #share(): void {
    while (this.#waiting.length > 0) {
      const free = [...this.#members].find(({ task }) => task === null) ?? this.#start()
      if (!free) return
      const task = this.#waiting.shift()!
      if (free.idle) clearTimeout(free.idle)
      free.idle = null
      free.task = task
      free.worker.ref()
      free.worker.postMessage(task.block)
    }
  }

  #start(): Member | null {
    if (this.#members.size >= this.size) return null
    const workerData: WorkerStart = { backend: this.#backend }
    const worker = new Worker(this.#script, { workerData })
    const member: Member = { worker, task: null, idle: null }
    this.#members.add(member)
    worker.on('message', (answer: Answer) => this.#answered(member, answer))
    worker.on('error', (error) => this.#end(member, lost(this.#backend, error)))
    worker.on('exit', (code) => this.#end(member, lost(this.#backend, new Error(`exit code ${code}`))))
    return member
  }

  #answered(member: Member, answer: Answer): void {
    const { task } = member
    if (!task) return
    member.task = null
    if ('values' in answer) task.resolve(answer.values)
    else {
      const error = LimpidError.fromData(answer.error)
      task.reject(error)
      // Its memory has grown as far as it goes: a fresh one begins with all of it, and after a trap with its wits.
      if (error.code !== 'model-damaged' && error.code !== 'model-unknown') this.#end(member, error)
    }
    this.#share()
    if (member.task !== null || !this.#members.has(member)) return
    member.idle = setTimeout(() => this.#end(member, cancelled()), this.#idleMs)
    member.idle.unref()
    member.worker.unref()
  }

  #abort(task: Task): void {
    const place = this.#waiting.indexOf(task)
    if (place >= 0) this.#waiting.splice(place, 1)
    const member = [...this.#members].find((candidate) => candidate.task === task)
    if (member) this.#end(member, cancelled())
    else task.reject(cancelled())
  }

  /** Ends a worker, and with `error` what it was at. */
  #end(member: Member, error: LimpidError): void {
    if (!this.#members.delete(member)) return
    if (member.idle) clearTimeout(member.idle)
    void member.worker.terminate()
    member.task?.reject(error)
    this.#share()
  }
}

function lost(backend: BackendName, cause: Error & { code?: string }): LimpidError {
  if (cause.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return new LimpidError('out-of-memory', 'A worker of the engine ran out of memory.', {
      hint: 'Close other programs, or choose a smaller model.',
      cause,
    })
  }
  return new LimpidError(
    'backend-unavailable',
    `The backend ${backend} failed as it computed: a worker ended (${cause.message.split('\n')[0]}).`,
    { hint: 'Try again, or compute on another backend; `limpid doctor` shows which there are.', cause },
  )
}
