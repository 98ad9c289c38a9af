/** The window as a whole: the library, what is chosen in it, and everything that can be done. */
import type { AppEvent, Job, Settings, State } from '../../contract/api.ts'
import { toErrorData } from '../../contract/errors.ts'
import type { Host, Openable } from '../host/host.ts'
import { Lab } from '../lab/lab.svelte.ts'
import { Compare } from './compare.svelte.ts'
import { Connection } from './connection.svelte.ts'
import { tell } from './happenings.ts'
import { Library } from './library.svelte.ts'
import type { Notices } from './notices.ts'
import { Opening } from './opening.svelte.ts'
import { Painting } from './painting.svelte.ts'
import { Restoring } from './restoring.ts'
import { Running } from './running.svelte.ts'
import { SaveDialog } from './save-dialog.svelte.ts'
import { Selection } from './selection.svelte.ts'
import { Stack } from './stack.svelte.ts'

export class Workspace {
  readonly library = new Library()
  readonly selection = new Selection(() => [...this.library.pictures.keys()])
  readonly stack = new Stack(this.library)
  readonly compare = new Compare()
  readonly painting = new Painting(this.library)
  readonly running = new Running()
  readonly restoring: Restoring
  readonly connection: Connection
  readonly save: SaveDialog
  readonly lab: Lab
  readonly host: Host
  readonly #notices: Notices
  readonly #opening: Opening
  page = $state<'restore' | 'lab'>('restore')
  /** Jobs that were told to stop and have not yet. */
  cancelling = $state.raw<ReadonlySet<string>>(new Set())
  readonly #waiting = new Map<string, (job: Job) => void>()

  /** Files that are on their way in. */
  get opening(): number {
    return this.#opening.count
  }

  /** How often something was opened. */
  get opened(): number {
    return this.#opening.times
  }

  /** The picture that is shown. */
  readonly shown = $derived(
    this.selection.current === null ? null : (this.library.pictures.get(this.selection.current) ?? null),
  )
  readonly chosen = $derived(
    this.selection.ids.map((id) => this.library.pictures.get(id)).filter((picture) => picture !== undefined),
  )
  /** Chosen ones that pressing the button would queue: also those that were painted over since they were restored. */
  readonly todo = $derived.by(() => this.restoring.todo(this.chosen))
  /** Chosen ones that have something to save: not while another result is made, for the steps are that one's already. */
  readonly savable = $derived(
    this.chosen.filter(
      (picture) => picture.result !== null && this.stack.isOn(picture.id) && !this.stack.isUnderWay(picture),
    ),
  )

  constructor(host: Host, notices: Notices, connection = new Connection(host)) {
    this.host = host
    this.#notices = notices
    this.connection = connection
    this.#opening = new Opening({
      host,
      notices,
      api: () => this.connection.firstApi(),
      opened: (picture, first) => {
        // Its event may come later than the answer.
        if (!this.library.pictures.has(picture.id)) this.library.apply({ type: 'picture', picture })
        if (first) this.#show(picture.id)
      },
    })
    const { library, selection, stack, painting } = this
    this.restoring = new Restoring({
      ...{ library, selection, stack, painting, host, notices },
      api: () => this.connection.api,
      attempt: (action) => this.attempt(action),
    })
    this.lab = new Lab({
      host,
      notices,
      api: () => this.connection.api,
      attempt: (action) => this.attempt(action),
    })
    this.save = new SaveDialog({
      host,
      notices,
      api: () => this.connection.api,
      strength: (id) => this.stack.strength(id),
      isUnderWay: (picture) => this.stack.isUnderWay(picture),
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
    await this.#opening.open(openables)
  }

  async removeChosen(): Promise<void> {
    await this.remove(this.selection.ids)
  }

  /** Off the strip; files stay. */
  async remove(ids: string[]): Promise<void> {
    if (ids.length === 0) return
    // At once, and all together: what is already gone is not shown in passing.
    this.selection.leave(ids)
    for (const id of ids) this.library.apply({ type: 'picture-removed', id })
    await this.attempt(async () => {
      const { api } = this.connection
      await api.removePictures({ ids }).catch(async (thrown) => {
        this.#loaded(await api.state({}))
        throw thrown
      })
    })
  }

  async restoreChosen(): Promise<void> {
    await this.restoring.restore(this.chosen)
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
    await this.attempt(async () => {
      try {
        await this.connection.api.cancelJobs({ ids })
      } catch (thrown) {
        this.#notCancelling(ids)
        throw thrown
      }
    })
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
    this.lab.connected()
  }

  #happened(event: AppEvent): void {
    const onScreen = this.page === 'restore' ? this.selection.current : null
    tell(event, this.library, onScreen, this.#notices)
    if (event.type === 'picture-removed') this.selection.leave([event.id])
    this.library.apply(event)
    this.lab.happened(event)
    if (event.type === 'picture' && this.selection.current === null) this.#show(event.picture.id)
    if (event.type === 'job') this.#settle(event.job)
    if (event.type === 'open') void this.open(event.paths.map((path) => ({ path })))
  }

  /** Unless it was removed meanwhile. */
  #show(id: string): void {
    if (this.library.pictures.has(id)) this.selection.only(id)
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
    if (this.cancelling.has(job.id)) this.#notCancelling([job.id])
  }

  #notCancelling(ids: string[]): void {
    this.cancelling = new Set([...this.cancelling].filter((id) => !ids.includes(id)))
  }
}

function isOver({ state }: Job): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled'
}
