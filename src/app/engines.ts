import type { BackendChoice } from '../contract/backend.ts'
import type { EngineOutput } from '../contract/engine-protocol.ts'
import { toErrorData } from '../contract/errors.ts'
import { type EngineOptions, EngineProcess } from './engine-process.ts'
import type { Events } from './events.ts'

type Options = Omit<EngineOptions, 'onBackend'> & Required<Pick<EngineOptions, 'backend'>>

const TRAINING_GRACE_MS = 120_000
const CLOSE_GRACE_MS = 8000

/** The engine processes by what they are for, each started when it is first needed. */
export class Engines {
  /** Reads and writes pictures; no model runs in it, so it answers at once while one runs. */
  readonly imaging: EngineProcess
  readonly restoration: EngineProcess
  /** Trains, for hours: all else goes on beside it. */
  readonly training: EngineProcess
  /** Answers the Lab while a network is trained. */
  readonly lab: EngineProcess
  /** What the restoration runs on; null until it has started. */
  backend: BackendChoice | null = null
  /** Called when a backend was started, the first time or on a fallback. */
  onBackend: () => void = () => {}
  readonly #options: Options
  readonly #events: Events
  /** At work. */
  readonly #doctors = new Set<EngineProcess>()
  #wanted: ReturnType<Options['backend']>
  #closed = false

  constructor(options: Options, events: Events) {
    // A backend that crashed one engine would crash them all.
    options = { ...options, passedOver: new Map() }
    this.#options = options
    this.#events = events
    this.#wanted = options.backend()
    this.imaging = new EngineProcess(options)
    // A pause waits for the checkpoint, and that for a validation.
    this.training = new EngineProcess({
      ...options,
      cancelGraceMs: TRAINING_GRACE_MS,
      closeGraceMs: CLOSE_GRACE_MS,
    })
    this.lab = new EngineProcess(options)
    this.restoration = new EngineProcess({
      ...options,
      onBackend: (choice) => {
        this.backend = choice
        events.emit({ type: 'backend', backend: choice })
        this.onBackend()
      },
    })
  }

  /** Starts the backend, so that the first picture does not wait for it. */
  warmUp(): void {
    this.restoration.run('warmup', {}).catch((error) => {
      if (!this.#closed) this.#events.emit({ type: 'error', error: toErrorData(error) })
    })
  }

  /** Another backend may have been chosen in the settings. */
  followBackend(): void {
    const wanted = this.#options.backend()
    if (wanted === this.#wanted) return
    this.#wanted = wanted
    for (const engine of [this.restoration, this.training, this.lab]) engine.restart()
    this.warmUp()
  }

  /** In a process of its own: it starts backends beside the one in use, and must not wait for a long job. */
  async doctor(): Promise<EngineOutput<'doctor'>> {
    const engine = new EngineProcess(this.#options)
    this.#doctors.add(engine)
    try {
      if (this.#closed) await engine.close()
      return await engine.run('doctor', {})
    } finally {
      await engine.close()
      this.#doctors.delete(engine)
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    const all = [this.imaging, this.restoration, this.training, this.lab, ...this.#doctors]
    await Promise.all(all.map((engine) => engine.close()))
  }
}
