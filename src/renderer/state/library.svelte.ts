/** The window's mirror of what the application knows: loaded once from `state`, then kept by events. */
import { SvelteMap } from 'svelte/reactivity'
import type { AppEvent, Job, Settings, State } from '../../contract/api.ts'
import type { BackendChoice, BackendName } from '../../contract/backend.ts'
import type { ErrorData } from '../../contract/errors.ts'
import type { ModelSummary } from '../../contract/model.ts'
import type { Picture } from '../../contract/picture.ts'

export class Library {
  /** In the order in which they were opened. */
  readonly pictures = new SvelteMap<string, Picture>()
  /** In the order in which they were queued. */
  readonly jobs = new SvelteMap<string, Job>()
  models = $state.raw<ModelSummary[]>([])
  settings = $state.raw<Settings>({ theme: 'dark', backend: null, strength: 1 })
  backend = $state.raw<BackendChoice | null>(null)
  /** Named when the app was started. */
  pinnedBackend = $state.raw<BackendName | null>(null)
  version = $state('')
  loaded = $state(false)

  /** Several at once, where the backend has workers for them or one is saved meanwhile. */
  readonly running = $derived([...this.jobs.values()].filter((job) => job.state === 'running'))
  readonly queued = $derived([...this.jobs.values()].filter((job) => job.state === 'queued'))
  readonly interrupted = $derived([...this.jobs.values()].filter((job) => job.state === 'interrupted'))

  /**
   * Of each picture its newest job of each kind, null where there is none yet: an entry for every picture, so that
   * who asks for one is woken by that one alone. Strips hold hundreds.
   */
  readonly #newest = new SvelteMap<string, Job | null>()
  /** Of each job how many were queued before it, told without waking who asks whenever another one comes. */
  readonly #places = new Map<string, number>()
  /** Pictures that were removed: news of them that was still on its way brings none of them back. */
  readonly #gone = new Set<string>()

  load(state: State): void {
    for (const one of [this.pictures, this.jobs, this.#newest, this.#places, this.#gone]) one.clear()
    for (const picture of state.pictures) this.#setPicture(picture)
    for (const job of state.jobs) this.#setJob(job)
    this.models = state.models
    this.settings = state.settings
    this.backend = state.backend
    this.pinnedBackend = state.pinnedBackend
    this.version = state.version
    this.loaded = true
  }

  /** The backend that is to compute; null: the best that works. */
  get chosenBackend(): BackendName | null {
    return this.pinnedBackend ?? this.settings.backend
  }

  apply(event: AppEvent): void {
    switch (event.type) {
      case 'picture':
        if (!this.#gone.has(event.picture.id)) this.#setPicture(event.picture)
        break
      case 'picture-removed':
        this.#gone.add(event.id)
        this.pictures.delete(event.id)
        for (const kind of KINDS) this.#newest.delete(key(kind, event.id))
        break
      case 'job':
        this.#setJob(event.job)
        break
      case 'backend':
        this.backend = event.backend
        break
      case 'settings':
        this.settings = event.settings
        break
      case 'open':
      case 'error':
      case 'lab-run':
      case 'lab-run-removed':
        break
      default:
        event satisfies never
    }
  }

  job(pictureId: string, kind: Job['kind']): Job | null {
    return this.#newest.get(key(kind, pictureId)) ?? null
  }

  /** What is wrong with a picture: it can't be read, or the last thing done with it failed. */
  problem(picture: Picture): ErrorData | null {
    if (picture.error) return picture.error
    const jobs = KINDS.map((kind) => this.job(picture.id, kind)).filter((job) => job !== null)
    // A save that met a file asked what to do.
    const counting = jobs.filter(({ error }) => error?.code !== 'file-exists')
    const last = counting.sort((a, b) => this.#placeOf(a) - this.#placeOf(b)).at(-1)
    return last?.state === 'failed' ? last.error : null
  }

  #setPicture(picture: Picture): void {
    this.pictures.set(picture.id, picture)
    for (const kind of KINDS) {
      if (!this.#newest.has(key(kind, picture.id))) this.#newest.set(key(kind, picture.id), null)
    }
  }

  #placeOf({ id }: Job): number {
    return this.#places.get(id) ?? 0
  }

  #setJob(job: Job): void {
    const newest = this.job(job.pictureId, job.kind)
    if (newest?.id === job.id || !this.jobs.has(job.id)) this.#newest.set(key(job.kind, job.pictureId), job)
    if (!this.#places.has(job.id)) this.#places.set(job.id, this.#places.size)
    this.jobs.set(job.id, job)
  }
}

const KINDS = ['restore', 'export'] as const

function key(kind: Job['kind'], pictureId: string): string {
  return `${kind} ${pictureId}`
}
