/** The window as a whole: the library, what is chosen in it, and everything that can be done. */
import type { AppEvent, Job, Settings, State } from '../../contract/api.ts'
import { BACKENDS, type BackendName } from '../../contract/backend.ts'
import { type ErrorData, toErrorData } from '../../contract/errors.ts'
import type { Host, Openable } from '../host/host.ts'
import { Compare } from './compare.svelte.ts'
import { Connection } from './connection.svelte.ts'
import { Denoise } from './denoise.svelte.ts'
import { Library } from './library.svelte.ts'
import type { Notices } from './notices.ts'
import { Running } from './running.svelte.ts'
import { SaveDialog } from './save-dialog.svelte.ts'
import { Selection } from './selection.svelte.ts'
import { BACKEND_TITLES, count } from './words.ts'

/** Files handed over at the same time. */
const UPLOADS = 3
/** Toasts for one drop; the rest is counted. */
const ERRORS_SHOWN = 3

export class Workspace {
  readonly library = new Library()
  readonly selection = new Selection(() => [...this.library.pictures.keys()])
  readonly denoise = new Denoise(this.library)
  readonly compare = new Compare()
  readonly running = new Running()
  readonly connection: Connection
  readonly save: SaveDialog
  readonly host: Host
  readonly #notices: Notices
  /** Files that are on their way in. */
  opening = $state(0)
  /** Jobs that were told to stop and have not yet. */
  cancelling = $state.raw<ReadonlySet<string>>(new Set())
  readonly #waiting = new Map<string, (job: Job) => void>()

  /** The picture that is shown. */
  readonly shown = $derived(
    this.selection.current === null ? null : (this.library.pictures.get(this.selection.current) ?? null),
  )
  readonly chosen = $derived(
    this.selection.ids.map((id) => this.library.pictures.get(id)).filter((picture) => picture !== undefined),
  )
  /** Chosen ones that have something to save. */
  readonly savable = $derived(
    this.denoise.enabled ? this.chosen.filter((picture) => picture.result !== null) : [],
  )

  constructor(host: Host, notices: Notices, connection = new Connection(host)) {
    this.host = host
    this.#notices = notices
    this.connection = connection
    this.save = new SaveDialog({
      host,
      notices,
      api: () => this.connection.api,
      strength: (id) => this.denoise.strength(id),
      finished: (job) => this.#finished(job),
    })
  }

  /** Lives until `signal` aborts. */
  async live(signal: AbortSignal): Promise<void> {
    await this.connection.keep(
      { loaded: (state) => this.#loaded(state), happened: (event) => this.#happened(event) },
      signal,
    )
  }

  async choose(what: 'files' | 'folder'): Promise<void> {
    await this.attempt(async () => this.open(await this.host.choose(what)))
  }

  /** Opens everything that can be opened, shows the first of it, and tells what could not. */
  async open(openables: Openable[]): Promise<void> {
    this.opening += openables.length
    const errors = openables.flatMap((one) => ('error' in one ? [one.error.toData()] : []))
    const opened: string[] = []
    const add = async (paths: string[]): Promise<void> => {
      const added = await this.connection.api.addPictures({ paths })
      for (const picture of added.pictures) {
        if (!this.library.pictures.has(picture.id)) this.library.apply({ type: 'picture', picture })
        if (opened.length === 0) this.selection.only(picture.id)
        opened.push(picture.id)
      }
      errors.push(...added.errors)
    }
    try {
      const paths = openables.flatMap((one) => ('path' in one ? [one.path] : []))
      if (paths.length > 0) await add(paths)
      const files = openables.flatMap((one) => ('file' in one ? [one.file] : []))
      // Several are on their way at a time, but they are opened in the order in which they were dropped.
      for (const handedOver of atMost(UPLOADS, files, (file) => this.host.handOver(file))) {
        await handedOver
          .then((path) => add([path]))
          .catch((thrown: unknown) => errors.push(toErrorData(thrown)))
      }
    } catch (thrown) {
      errors.push(toErrorData(thrown))
    } finally {
      this.opening -= openables.length
    }
    for (const error of errors.slice(0, ERRORS_SHOWN)) this.#notices.error(error)
    if (errors.length > ERRORS_SHOWN) {
      this.#notices.warn(`${count(errors.length - ERRORS_SHOWN, 'more file')} could not be opened`, {
        description: errors
          .slice(ERRORS_SHOWN, 8)
          .map((error) => error.message)
          .join('\n'),
      })
    }
  }

  async removeChosen(): Promise<void> {
    const ids = this.selection.ids
    if (ids.length > 0) await this.attempt(() => this.connection.api.removePictures({ ids }))
  }

  async restoreChosen(): Promise<void> {
    await this.attempt(() => this.denoise.run(this.connection.api, this.chosen))
  }

  async saveChosen(): Promise<void> {
    if (this.savable.length > 0) await this.attempt(() => this.save.open(this.savable))
  }

  async saveShownAs(): Promise<void> {
    const picture = this.shown
    if (!picture || !this.savable.includes(picture)) return
    await this.attempt(() =>
      this.save.saver.downloads ? this.save.open([picture]) : this.save.saveAs(picture),
    )
  }

  async cancel(jobs: Job[]): Promise<void> {
    const ids = jobs.map(({ id }) => id)
    if (ids.length === 0) return
    this.cancelling = new Set([...this.cancelling, ...ids])
    await this.attempt(() => this.connection.api.cancelJobs({ ids }))
  }

  async resumeInterrupted(): Promise<void> {
    await this.attempt(() => this.connection.api.resumeJobs({}))
  }

  async saveSettings(settings: Partial<Settings>): Promise<void> {
    await this.attempt(async () => {
      this.library.settings = await this.connection.api.saveSettings(settings)
    })
  }

  /** Does it; what goes wrong becomes a notice. */
  async attempt(action: () => Promise<unknown>): Promise<void> {
    try {
      await action()
    } catch (thrown) {
      this.#notices.error(toErrorData(thrown))
    }
  }

  #loaded(state: State): void {
    this.library.load(state)
    if (!this.shown) this.selection.only(state.pictures[0]?.id ?? null)
    for (const job of state.jobs) this.#settle(job)
  }

  #happened(event: AppEvent): void {
    const before = event.type === 'job' ? this.library.jobs.get(event.job.id)?.state : null
    const pictureBefore = event.type === 'picture' ? this.library.pictures.get(event.picture.id)?.state : null
    const backendBefore = this.library.backend
    if (event.type === 'picture-removed') this.selection.leave([event.id])
    this.library.apply(event)
    switch (event.type) {
      case 'job':
        if (
          event.job.kind === 'restore' &&
          event.job.error &&
          event.job.state === 'failed' &&
          before !== 'failed'
        ) {
          this.#tellOf(event.job.pictureId, event.job.error)
        }
        this.#settle(event.job)
        break
      case 'picture':
        if (this.selection.current === null) this.selection.only(event.picture.id)
        if (event.picture.error && pictureBefore !== 'failed') {
          this.#tellOf(event.picture.id, event.picture.error)
        }
        break
      case 'backend':
        if (
          backendBefore &&
          isWorse(event.backend.name, backendBefore.name) &&
          this.library.settings.backend === null
        ) {
          const lost = event.backend.passedOver.find(({ name }) => name === backendBefore.name)
          this.#notices.warn(`Now computing with ${BACKEND_TITLES[event.backend.name]}, which is slower`, {
            description: lost?.problem ?? '',
          })
        }
        break
      case 'error':
        this.#notices.error(event.error)
        break
    }
  }

  /** Of the picture that is shown, the error stands on the picture itself. */
  #tellOf(pictureId: string, error: ErrorData): void {
    if (pictureId !== this.selection.current) this.#notices.error(error)
  }

  #finished(job: Job): Promise<Job> {
    const known = this.library.jobs.get(job.id) ?? job
    if (isOver(known)) return Promise.resolve(known)
    return new Promise((resolve) => this.#waiting.set(job.id, resolve))
  }

  #settle(job: Job): void {
    if (!isOver(job)) return
    this.#waiting.get(job.id)?.(job)
    this.#waiting.delete(job.id)
    if (this.cancelling.has(job.id)) {
      this.cancelling = new Set([...this.cancelling].filter((id) => id !== job.id))
    }
  }
}

function isOver({ state }: Job): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled'
}

function isWorse(now: BackendName, before: BackendName): boolean {
  return BACKENDS.indexOf(now) > BACKENDS.indexOf(before)
}

/** Starts `work` on every item, at most `width` at a time; gives their promises in the items' order. */
function atMost<T, R>(width: number, items: T[], work: (item: T) => Promise<R>): Promise<R>[] {
  const started: Promise<R>[] = []
  items.forEach((item, i) => {
    const before = started[i - width]?.catch(() => {}) ?? Promise.resolve()
    started.push(before.then(() => work(item)))
  })
  for (const one of started) one.catch(() => {})
  return started
}
