/**
 * The queue: jobs are rows before they start, begin in order in their lane, as many at a time as its engine takes, and
 * outlive the app as `interrupted`.
 */
import { randomUUID } from 'node:crypto'
import type { Job } from '../contract/api.ts'
import { LimpidError, toErrorData } from '../contract/errors.ts'
import type { Events } from './events.ts'
import { jobKinds } from './job-kinds.ts'
import type { JobContext, Lane } from './job-runner.ts'
import type { JobRecord, JobStore } from './job-store.ts'
import { RowWriter } from './row-writer.ts'

const UNFINISHED: readonly Job['state'][] = ['queued', 'running']

type Entry = JobRecord & { stop: AbortController }

export class Jobs {
  readonly #store: JobStore
  readonly #rows: RowWriter<Entry>
  readonly #events: Events
  readonly #context: JobContext
  /** In the order that they were asked for. */
  readonly #entries = new Map<string, Entry>()
  /** What runs, by the job's id. */
  readonly #runs = new Map<string, { lane: Lane; ended: Promise<void> }>()
  #closed = false

  constructor(store: JobStore, events: Events, context: Omit<JobContext, 'busyPictures' | 'report'>) {
    this.#store = store
    this.#rows = new RowWriter(({ job }) => store.save(job), events)
    this.#events = events
    this.#context = {
      ...context,
      busyPictures: () => this.busyPictures(),
      report: (error) => events.emit({ type: 'error', error: error.toData() }),
    }
    // A backend that was started, or fell back, may take more pictures at a time.
    context.engines.onBackend = () => this.#pump()
  }

  /** Takes up what the app's last end cut short; it waits for `resume`. */
  load(): void {
    for (const record of this.#store.takeUp()) this.#enter(record)
  }

  get all(): Job[] {
    return [...this.#entries.values()].map(({ job }) => job)
  }

  get(id: string): Job | undefined {
    return this.#entries.get(id)?.job
  }

  /** Queues one job for each request, all of them or none. */
  add(kind: Job['kind'], requests: { pictureId: string; request: unknown }[]): Job[] {
    const records = requests.map(({ pictureId, request }): JobRecord => {
      const id = randomUUID()
      return {
        job: { id, kind, pictureId, state: 'queued', progress: null, error: null, saved: null },
        request,
      }
    })
    this.#store.add(records)
    for (const record of records) {
      const { job } = this.#enter(record)
      this.#events.emit({ type: 'job', job })
    }
    this.#pump()
    return records.map(({ job }) => job)
  }

  cancel(ids: string[]): void {
    for (const id of ids) {
      const entry = this.#entries.get(id)
      if (!entry) continue
      const { state } = entry.job
      if (state === 'running') entry.stop.abort()
      if (state !== 'queued' && state !== 'interrupted') continue
      const error = new LimpidError('cancelled', 'Cancelled before it began.').toData()
      this.#change(entry, { state: 'cancelled', error })
    }
  }

  /** Queues every interrupted job again, in the old order. */
  resume(): Job[] {
    const entries = [...this.#entries.values()].filter(({ job }) => job.state === 'interrupted')
    for (const entry of entries) this.#change(entry, { state: 'queued' })
    this.#pump()
    return entries.map(({ job }) => job)
  }

  /** The picture goes: its jobs are cancelled and forgotten, their downloads too. Resolves when none of them runs. */
  async forgetPicture(pictureId: string): Promise<void> {
    const entries = [...this.#entries.values()].filter(({ job }) => job.pictureId === pictureId)
    const running = entries.some(({ job }) => job.state === 'running')
    this.cancel(entries.map(({ job }) => job.id))
    for (const { job } of entries) this.#entries.delete(job.id)
    if (running) await Promise.all(entries.map(({ job }) => this.#runs.get(job.id)?.ended))
    const downloads = entries.filter(({ job }) => job.saved?.download)
    await Promise.all(downloads.map(({ job }) => this.#context.cache.removeDownload(job.id)))
  }

  unfinished(kind: Job['kind']): JobRecord[] {
    return [...this.#entries.values()].filter(
      ({ job }) => job.kind === kind && UNFINISHED.includes(job.state),
    )
  }

  /** Those, and the ones that can be resumed. */
  wanted(kind: Job['kind']): JobRecord[] {
    const states = [...UNFINISHED, 'interrupted']
    return [...this.#entries.values()].filter(({ job }) => job.kind === kind && states.includes(job.state))
  }

  /** Whether a restoration of this picture is queued or running. */
  isRestoring(pictureId: string): boolean {
    return this.all.some((job) => isRestoreOf(job, pictureId))
  }

  busyPictures(): Set<string> {
    const busy = this.all.filter((job) => UNFINISHED.includes(job.state))
    return new Set(busy.map((job) => job.pictureId))
  }

  /** What runs and waits stays in its row as it is: `interrupted` at the next start. Close the engines meanwhile. */
  async close(engines: Promise<unknown>): Promise<void> {
    this.#closed = true
    await engines
    await Promise.all([...this.#runs.values()].map(({ ended }) => ended))
    this.#rows.flush()
  }

  #enter(record: JobRecord): Entry {
    const entry = { ...record, stop: new AbortController() }
    this.#entries.set(record.job.id, entry)
    return entry
  }

  #pump(): void {
    for (const lane of ['imaging', 'restoration'] as const) {
      const next = this.#nextOf(lane)
      if (next) this.#begin(next, lane)
    }
  }

  #begin(entry: Entry, lane: Lane): void {
    const { id } = entry.job
    const ended = this.#run(entry).finally(() => {
      this.#runs.delete(id)
      // The other lane may have waited for this job.
      this.#pump()
    })
    this.#runs.set(id, { lane, ended })
    this.#pump()
  }

  /** The first that may begin now, if the lane has room for one more. */
  #nextOf(lane: Lane): Entry | undefined {
    const inLane = [...this.#runs.values()].filter((run) => run.lane === lane)
    if (this.#closed || inLane.length >= this.#context.engines[lane].width) return undefined
    // Saving waits for the restoration that was asked for before it, and the next restoration for both: it takes the
    // place of the result that is being saved.
    const restoring = new Set<string>()
    const saving = new Set<string>()
    for (const entry of this.#entries.values()) {
      const { kind, state, pictureId } = entry.job
      if (!UNFINISHED.includes(state)) continue
      const waits = restoring.has(pictureId) || (kind === 'restore' && saving.has(pictureId))
      if (state === 'queued' && jobKinds[kind].lane === lane && !waits) return entry
      if (kind === 'restore') restoring.add(pictureId)
      else saving.add(pictureId)
    }
    return undefined
  }

  async #run(entry: Entry): Promise<void> {
    this.#change(entry, { state: 'running' })
    const { job, request, stop } = entry
    const onProgress = (progress: Job['progress']) => {
      if (stop.signal.aborted || this.#closed) return
      entry.job = { ...entry.job, progress }
      this.#events.emit({ type: 'job', job: entry.job })
    }
    let end: Partial<Job>
    try {
      const run = { job, request, signal: stop.signal, onProgress }
      end = { state: 'done', ...(await jobKinds[job.kind].run(run, this.#context)) }
    } catch (thrown) {
      const error = toErrorData(thrown)
      end = { state: error.code === 'cancelled' ? 'cancelled' : 'failed', error }
    }
    // A job that ended well or was cancelled while the app closes has ended; one that the closing cut short is
    // interrupted.
    if (this.#closed && end.state !== 'done' && !stop.signal.aborted) return
    this.#change(entry, { ...end, progress: null })
  }

  #change(entry: Entry, changes: Partial<Job>): void {
    entry.job = { ...entry.job, ...changes }
    this.#rows.write(entry)
    this.#events.emit({ type: 'job', job: entry.job })
  }
}

function isRestoreOf(job: Job, pictureId: string): boolean {
  return job.kind === 'restore' && job.pictureId === pictureId && UNFINISHED.includes(job.state)
}
