/** The Lab's training runs: rows before they start, one at a time, with all that a face draws of them. */
import { rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Progress } from '../../contract/engine-protocol.ts'
import { LimpidError, toErrorData } from '../../contract/errors.ts'
import type { LabRun } from '../../contract/lab-run.ts'
import type { TrainingProgress } from '../../contract/training.ts'
import type { EngineProcess } from '../engine-process.ts'
import type { Events } from '../events.ts'
import { RowWriter } from '../row-writer.ts'
import { withPoint } from './curve.ts'
import type { LabStore, RunRecord } from './lab-store.ts'

type Entry = RunRecord & { stop: AbortController | null; ended: Promise<void> }

/** What a user may ask of a run in each state. */
const MAY: Record<LabRun['state'], { resume: boolean; pause: boolean; stop: boolean; remove: boolean }> = {
  queued: { resume: false, pause: true, stop: false, remove: true },
  running: { resume: false, pause: true, stop: true, remove: true },
  pausing: { resume: false, pause: false, stop: false, remove: true },
  stopping: { resume: false, pause: false, stop: false, remove: true },
  paused: { resume: true, pause: false, stop: true, remove: true },
  interrupted: { resume: true, pause: false, stop: true, remove: true },
  done: { resume: false, pause: false, stop: false, remove: true },
  failed: { resume: true, pause: false, stop: true, remove: true },
}

type Ports = {
  store: LabStore
  events: Events
  engine: Pick<EngineProcess, 'run'>
  /** Of checkpoints and samples, a folder for each run. */
  runsFolder: string
  modelsFolder: string
}

export class LabRuns {
  readonly #ports: Ports
  readonly #rows: RowWriter<Entry>
  readonly #entries = new Map<string, Entry>()
  #closed = false

  constructor(ports: Ports) {
    this.#ports = ports
    this.#rows = new RowWriter((entry) => ports.store.saveRun(entry), ports.events)
  }

  /** What the app's last end cut short waits as `interrupted`; of what was told to stop, the model is still made. */
  load(): void {
    for (const record of this.#ports.store.runs()) {
      const isCut = !['paused', 'done', 'failed'].includes(record.run.state)
      const state = record.finishing ? 'queued' : 'interrupted'
      const run: LabRun = isCut ? { ...record.run, state } : record.run
      this.#entries.set(run.id, { ...record, run, stop: null, ended: Promise.resolve() })
    }
    this.#pump()
  }

  get all(): LabRun[] {
    return [...this.#entries.values()].map(({ run }) => run)
  }

  /** Throws `bad-request` for one that is not there. */
  get(id: string): LabRun {
    return this.#entry(id).run
  }

  folder(id: string): string {
    return join(this.#ports.runsFolder, id)
  }

  add(run: LabRun): LabRun {
    const entry: Entry = { run, finishing: false, stop: null, ended: Promise.resolve() }
    this.#entries.set(run.id, entry)
    this.#change(entry, {})
    this.#pump()
    return entry.run
  }

  pause(id: string): LabRun {
    const entry = this.#may(id, 'pause')
    if (entry.stop) {
      this.#change(entry, { state: 'pausing' })
      entry.stop.abort()
    } else this.#change(entry, { state: 'paused' })
    return entry.run
  }

  /** @param learningRate instead of the recipe's */
  resume(id: string, learningRate?: number): LabRun {
    const entry = this.#may(id, 'resume')
    const { recipe } = entry.run
    if (learningRate !== undefined && 'training' in recipe && recipe.training.method === 'gradient') {
      const optimizer = { ...recipe.training.optimizer, learningRate }
      const slower = { ...recipe, training: { ...recipe.training, optimizer } }
      entry.run = { ...entry.run, recipe: slower }
    }
    entry.finishing = false
    this.#change(entry, { state: 'queued', error: null, best: null })
    this.#pump()
    return entry.run
  }

  stop(id: string): LabRun {
    const entry = this.#may(id, 'stop')
    entry.finishing = true
    this.#change(entry, entry.stop ? { state: 'stopping' } : { state: 'queued', error: null })
    entry.stop?.abort()
    this.#pump()
    return entry.run
  }

  /** Resolves when its files are gone. */
  async remove(id: string): Promise<void> {
    const entry = this.#may(id, 'remove')
    this.#ports.store.removeRun(id)
    this.#rows.forget(entry)
    this.#entries.delete(id)
    this.#ports.events.emit({ type: 'lab-run-removed', id })
    entry.stop?.abort()
    await entry.ended
    await rm(this.folder(id), { recursive: true, force: true })
  }

  /** What runs stays in its row as it is, for `load` at the next start. Close the engine meanwhile. */
  async close(engine: Promise<unknown>): Promise<void> {
    this.#closed = true
    await engine
    await Promise.all([...this.#entries.values()].map(({ ended }) => ended))
    this.#rows.flush()
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id)
    if (entry) return entry
    throw new LimpidError('bad-request', 'That run is not there any more.', { hint: 'It was removed.' })
  }

  #may(id: string, what: keyof (typeof MAY)['done']): Entry {
    const entry = this.#entry(id)
    if (MAY[entry.run.state][what]) return entry
    const message = `"${entry.run.title}" is ${entry.run.state}: it can't be asked to ${what}.`
    throw new LimpidError('bad-request', message, { hint: 'Wait for what it does now.' })
  }

  #pump(): void {
    const entries = [...this.#entries.values()]
    if (this.#closed || entries.some(({ stop }) => stop)) return
    const queued = entries.filter(({ run }) => run.state === 'queued')
    // To write a model takes seconds, to train hours.
    const next = queued.find(({ finishing }) => finishing) ?? queued[0]
    if (!next) return
    next.stop = new AbortController()
    next.ended = this.#train(next, next.stop.signal).finally(() => {
      next.stop = null
      this.#pump()
    })
  }

  async #train(entry: Entry, signal: AbortSignal): Promise<void> {
    this.#change(entry, { state: entry.finishing ? 'stopping' : 'running' })
    const { run, finishing } = entry
    const modelFolder = join(this.#ports.modelsFolder, run.recipe.id)
    let end: Partial<LabRun>
    try {
      const output = await this.#ports.engine.run(
        'train',
        {
          recipe: run.recipe,
          data: dirname(run.data.folder),
          runFolder: this.folder(run.id),
          modelFolder,
          finishNow: finishing,
        },
        { signal, onProgress: (progress) => this.#heard(entry, progress) },
      )
      const { step, steps, seconds, best, model } = output
      const state = model !== null ? 'done' : afterCancel(entry)
      end = {
        state,
        step,
        steps,
        seconds,
        best,
        model: model === null ? null : { id: run.recipe.id, folder: model },
      }
    } catch (thrown) {
      const error = toErrorData(thrown)
      end = error.code === 'cancelled' ? { state: afterCancel(entry) } : { state: 'failed', error }
    }
    if (!this.#entries.has(run.id)) return
    if (this.#closed && end.state !== 'done') return
    if (end.state !== 'queued') entry.finishing = false
    this.#change(entry, { ...end, progress: null })
  }

  #heard(entry: Entry, progress: Progress): void {
    if (this.#closed || !this.#entries.has(entry.run.id)) return
    const { training } = progress
    entry.run = { ...entry.run, progress }
    if (training) entry.run = { ...entry.run, ...this.#after(entry.run, training) }
    // A row is written when something was measured: that is when there is a checkpoint to go on from.
    if (training?.figures) this.#rows.write(entry)
    this.#ports.events.emit({ type: 'lab-run', run: entry.run })
  }

  #after(run: LabRun, { step, steps, loss, figures, samples }: TrainingProgress): Partial<LabRun> {
    const validations = run.validations.filter((earlier) => earlier.step < step)
    if (figures) {
      const picture = samples === null ? null : `lab/runs/${run.id}/${encodeURIComponent(basename(samples))}`
      validations.push({ step, figures, samples: picture })
    }
    const curve = step === 0 ? [] : withPoint(run.curve, step, loss)
    return { step, steps, curve, validations }
  }

  #change(entry: Entry, changes: Partial<LabRun>): void {
    entry.run = { ...entry.run, ...changes }
    this.#rows.write(entry)
    this.#ports.events.emit({ type: 'lab-run', run: entry.run })
  }
}

/** Where a run goes that was cut short: a stopped one is queued again, to be finished with what it has. */
const afterCancel = ({ finishing }: RunRecord): LabRun['state'] => (finishing ? 'queued' : 'paused')
