/** Keeps a wire to the application: subscribes, loads the state, follows events, and starts anew when it breaks. */
import type { AppApi, AppEvent, State } from '../../contract/api.ts'
import { LimpidError } from '../../contract/errors.ts'
import type { Host } from '../host/host.ts'
import { callOver } from '../rpc.ts'

/** How long to wait before each try, ms; the last one again and again. */
const BACKOFF_MS = [0, 250, 500, 1000, 2000, 4000]

type Listener = { loaded(state: State): void; happened(event: AppEvent): void }

export class Connection {
  /** `connecting` only until the first time; then `open` or `lost`. */
  status = $state<'connecting' | 'open' | 'lost'>('connecting')
  /** Tries that failed since it was last open. */
  failures = $state(0)
  #api: AppApi | null = null
  readonly #begun = Promise.withResolvers<void>()
  readonly #host: Pick<Host, 'connect'>
  readonly #open: typeof callOver

  constructor(host: Pick<Host, 'connect'>, open: typeof callOver = callOver) {
    this.#host = host
    this.#open = open
  }

  get api(): AppApi {
    if (this.#api) return this.#api
    throw new LimpidError('internal', 'The window is not connected to Limpid right now.', {
      hint: 'It is tried again by itself. Then do it once more.',
    })
  }

  /** `api`, once the window was connected for the first time: what is asked before waits for it. */
  async firstApi(): Promise<AppApi> {
    await this.#begun.promise
    return this.api
  }

  /** Runs until `signal` aborts. */
  async keep(listener: Listener, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(BACKOFF_MS[Math.min(this.failures, BACKOFF_MS.length - 1)] ?? 0, signal)
      await this.#once(listener, signal).catch(() => {})
      this.#api = null
      this.failures += 1
      if (this.status === 'open') this.status = 'lost'
    }
  }

  async #once(listener: Listener, signal: AbortSignal): Promise<void> {
    const { wire, closed, close } = await this.#host.connect(signal)
    const over = new AbortController()
    try {
      const api = this.#open(wire)
      const events = api.events()[Symbol.asyncIterator]()
      // Asked for before the state, so that nothing falls between the two.
      const first = events.next()
      first.catch(() => {})
      const state = await Promise.race([
        api.state({}),
        closed.then(() => Promise.reject(new Error('closed'))),
      ])
      this.#api = api
      listener.loaded(state)
      this.status = 'open'
      this.failures = 0
      this.#begun.resolve()
      const follow = async (): Promise<void> => {
        for (let next = first; ; next = events.next()) {
          const result = await next
          if (result.done || over.signal.aborted) return
          listener.happened(result.value)
        }
      }
      // One race for all events: a promise that outlives a race keeps it, and what came of it.
      await Promise.race([follow(), closed, aborted(signal, over.signal)])
    } finally {
      over.abort()
      // Closing ends the events too. Aborting them would ask for it over a wire that may be gone.
      close()
    }
  }
}

/** Listens until `until` aborts. */
function aborted(signal: AbortSignal, until: AbortSignal): Promise<void> {
  return new Promise((resolve) =>
    signal.addEventListener('abort', () => resolve(), { once: true, signal: until }),
  )
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })
}
