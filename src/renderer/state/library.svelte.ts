/** The window's mirror of what the application knows: loaded once from `state`, then kept by events. */
import { SvelteMap } from 'svelte/reactivity'
import type { AppEvent, Job, Settings, State } from '../../contract/api.ts'
import type { BackendChoice } from '../../contract/backend.ts'
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
  version = $state('')
  loaded = $state(false)

  readonly running = $derived([...this.jobs.values()].find((job) => job.state === 'running') ?? null)
  readonly queued = $derived([...this.jobs.values()].filter((job) => job.state === 'queued'))
  readonly interrupted = $derived([...this.jobs.values()].filter((job) => job.state === 'interrupted'))

  /** Of each picture its newest job of each kind. */
  readonly #newest = $derived.by(() => {
    const newest = new Map<string, Job>()
    for (const job of this.jobs.values()) newest.set(`${job.kind} ${job.pictureId}`, job)
    return newest
  })

  load(state: State): void {
    replaceAll(this.pictures, state.pictures)
    replaceAll(this.jobs, state.jobs)
    this.models = state.models
    this.settings = state.settings
    this.backend = state.backend
    this.version = state.version
    this.loaded = true
  }

  apply(event: AppEvent): void {
    switch (event.type) {
      case 'picture':
        this.pictures.set(event.picture.id, event.picture)
        break
      case 'picture-removed':
        this.pictures.delete(event.id)
        break
      case 'job':
        this.jobs.set(event.job.id, event.job)
        break
      case 'backend':
        this.backend = event.backend
        break
      case 'settings':
        this.settings = event.settings
        break
      case 'error':
        break
      default:
        event satisfies never
    }
  }

  job(pictureId: string, kind: Job['kind']): Job | null {
    return this.#newest.get(`${kind} ${pictureId}`) ?? null
  }

  /** What is wrong with a picture: it can't be read, or the last thing done with it failed. */
  problem(picture: Picture): ErrorData | null {
    if (picture.error) return picture.error
    const jobs = (['restore', 'export'] as const).map((kind) => this.job(picture.id, kind))
    const failed = jobs.filter((job) => job?.state === 'failed' && job.error?.code !== 'file-exists')
    return failed.at(-1)?.error ?? null
  }
}

function replaceAll<T extends { id: string }>(map: SvelteMap<string, T>, items: T[]): void {
  map.clear()
  for (const item of items) map.set(item.id, item)
}
