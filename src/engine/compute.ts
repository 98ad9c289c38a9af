/**
 * What the engine process computes with: one backend, chosen when it is first needed, and given up for the next best
 * when it fails. Every choice is announced, so that no fallback is silent.
 */
import os from 'node:os'
import type { BackendChoice, BackendName } from '../contract/backend.ts'
import { LimpidError } from '../contract/errors.ts'
import type { Backend } from './backends/backend.ts'
import type { Trial } from './backends/choose.ts'
import type { Network } from './models/network.ts'
import type { WorkerPool } from './pool/worker-pool.ts'
import { tileLimit } from './tile-limit.ts'

export type ComputeOptions = {
  /** Asked for by name; the best that works if absent. */
  wanted?: BackendName
  /** Cores to use on the backends that use one alone; all of them if absent. */
  workers?: number
  /** Largest tile, halo included, px; what the backend can do if absent. */
  maxTilePixels?: number
  /** Not to be tried, with the reason in one sentence. */
  passedOver?: BackendChoice['passedOver']
  /** Around the start of each backend. */
  trial?: Trial
  /** The table of backends. */
  backends?: readonly Backend[]
  /** What pool workers run. */
  workerScript?: URL
  /** Called whenever a backend was chosen, the first time and after a fallback. */
  onChoice?: (choice: BackendChoice) => void
}

/** One backend while it holds. */
export type Session = {
  choice: BackendChoice
  /** Tiles that are computed at a time. */
  workers: number
  /** Largest tile, halo included, px. */
  maxTilePixels: number
  /** A model, loaded on this backend. `signal` ends what runs, where that can be. */
  open(folder: string, signal?: AbortSignal): Promise<Network>
}

/** These use one core each: several workers share the work. */
const ON_ONE_CORE: readonly BackendName[] = ['wasm', 'cpu']

export class Compute {
  readonly #options: ComputeOptions
  #session: Promise<Session> | null = null
  /** What that promise came to. */
  #current: Session | null = null
  /** Never to be tried, with the reason in one sentence: they end processes. */
  readonly #deadly: Map<BackendName, string>
  /** Given up, with the reason in one sentence. */
  readonly #failed = new Map<BackendName, string>()
  readonly #pools = new Map<BackendName, WorkerPool>()

  constructor(options: ComputeOptions = {}) {
    this.#options = options
    this.#deadly = new Map(options.passedOver?.map(({ name, problem }) => [name, problem]))
  }

  /** Has a backend that is not in use never tried, for that reason. */
  passOver(name: BackendName, problem: string): void {
    this.#deadly.set(name, problem)
  }

  /** The backend in use; starts one if none runs yet. */
  session(): Promise<Session> {
    if (this.#session) return this.#session
    const starting = this.#start()
    this.#session = starting
    starting.catch(() => {
      if (this.#session === starting) this.#session = null // the next one who asks tries anew
    })
    return starting
  }

  /**
   * Does `work` on the backend in use. When the backend fails at it, the work is begun anew on the next best, and that
   * one stays in use. Where two backends give a result that is none, it is the model's fault: the error is thrown.
   */
  async withFallback<T>(work: (session: Session) => Promise<T>): Promise<T> {
    let invalidOn: BackendName | null = null
    for (;;) {
      const session = await this.session()
      try {
        return await work(session)
      } catch (thrown) {
        const { name } = session.choice
        const problem = problemOf(thrown, name)
        if (problem === null) throw thrown
        if (isInvalid(thrown)) {
          if (invalidOn !== null) {
            this.#forgive(invalidOn)
            throw thrown
          }
          invalidOn = name
        }
        if (!(await this.#giveUp(session, problem))) throw thrown
      }
    }
  }

  async #start(): Promise<Session> {
    const [{ chooseBackend }, { backends }] = await Promise.all([
      import('./backends/choose.ts'),
      import('./backends/index.ts'),
    ])
    const { wanted, onChoice, trial } = this.#options
    const table = this.#options.backends ?? backends
    const failed = new Map([...this.#deadly, ...this.#failed])
    const chosen = await chooseBackend(
      wanted !== undefined && !failed.has(wanted) ? wanted : undefined,
      table.filter(({ name }) => !failed.has(name)),
      trial,
    )
    const workers = ON_ONE_CORE.includes(chosen.name) ? this.#workers : 1
    const given = [...failed].map(([name, problem]) => ({ name, problem }))
    const choice = { ...chosen, workers, passedOver: [...given, ...chosen.passedOver] }
    onChoice?.(choice)
    const session: Session = {
      choice,
      workers,
      maxTilePixels: this.#options.maxTilePixels ?? tileLimit(choice.name, workers),
      open: async (folder, signal) => {
        const { withSpecialists } = await import('./models/with-specialists.ts')
        const open = (one: string) => this.#open(choice.name, one, signal)
        return withSpecialists(await open(folder), folder, open)
      },
    }
    this.#current = session
    return session
  }

  get #workers(): number {
    return this.#options.workers ?? os.availableParallelism()
  }

  async #open(name: BackendName, folder: string, signal?: AbortSignal): Promise<Network> {
    if (!ON_ONE_CORE.includes(name)) {
      const { openNetwork } = await import('./models/network.ts')
      return openNetwork(folder)
    }
    const [{ WorkerPool }, { PooledNetwork }, { readManifest }] = await Promise.all([
      import('./pool/worker-pool.ts'),
      import('./pool/pooled-network.ts'),
      import('./models/model-file.ts'),
    ])
    const manifest = await readManifest(folder)
    let pool = this.#pools.get(name)
    if (!pool) {
      pool = new WorkerPool({ backend: name, size: this.#workers, script: this.#options.workerScript })
      this.#pools.set(name, pool)
    }
    return new PooledNetwork(folder, manifest, pool, signal)
  }

  /** Whether there is another backend. If not, all may be tried again. */
  async #giveUp(session: Session, problem: string): Promise<boolean> {
    // Another picture's failure may have come first.
    if (this.#current === session) {
      this.#failed.set(session.choice.name, problem)
      this.#forget()
    }
    try {
      await this.session()
      return true
    } catch {
      this.#failed.clear()
      return false
    }
  }

  #forgive(name: BackendName): void {
    if (this.#failed.delete(name)) this.#forget()
  }

  #forget(): void {
    this.#session = null
    this.#current = null
  }
}

function isInvalid(thrown: unknown): boolean {
  return thrown instanceof LimpidError && thrown.code === 'result-invalid'
}

/** What is wrong with the backend, in one sentence, if that is why the work failed. */
function problemOf(thrown: unknown, name: BackendName): string | null {
  if (!(thrown instanceof LimpidError)) return null
  switch (thrown.code) {
    case 'backend-unavailable':
      return thrown.message
    case 'result-invalid':
      return `Its result was refused: ${thrown.message}`
    case 'out-of-memory':
      // Another backend has the computer's memory, not the GPU's; those two have it already.
      return ON_ONE_CORE.includes(name) ? null : 'It ran out of memory, on the smallest tiles too.'
    default:
      return null
  }
}
