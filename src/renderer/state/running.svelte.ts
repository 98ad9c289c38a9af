/** The running jobs' progress as it is shown, everywhere the same: smooth, frame by frame. */
import { SvelteMap } from 'svelte/reactivity'
import type { Job } from '../../contract/api.ts'
import { SmoothProgress } from './smooth-progress.ts'

export class Running {
  readonly #jobs = new SvelteMap<string, ShownProgress>()

  /** Of one that runs. */
  of(jobId: string): ShownProgress | null {
    return this.#jobs.get(jobId) ?? null
  }

  /** Of all together, 0..1; null: none has reported. */
  get done(): number | null {
    const all = [...this.#jobs.values()].map(({ done }) => done)
    if (all.every((done) => done === null)) return null
    return all.reduce<number>((sum, done) => sum + (done ?? 0), 0) / all.length
  }

  /** What the application last said of all that run. @param now ms, on the clock of `frame` */
  report(jobs: readonly Job[], now: number): void {
    const ids = new Set(jobs.map(({ id }) => id))
    for (const id of this.#jobs.keys()) if (!ids.has(id)) this.#jobs.delete(id)
    for (const { id, progress } of jobs) {
      const shown = this.#jobs.get(id) ?? new ShownProgress()
      this.#jobs.set(id, shown)
      shown.report(progress, now)
    }
  }

  /** Before each picture that the screen draws. */
  frame(now: number): void {
    for (const shown of this.#jobs.values()) shown.frame(now)
  }
}

class ShownProgress {
  /** 0..1; null until the first report. */
  done = $state<number | null>(null)
  remainingMs = $state<number | null>(null)
  readonly #smooth = new SmoothProgress()

  report(progress: Job['progress'], now: number): void {
    if (!progress) return
    this.#smooth.report(progress.done, progress.remainingMs, now)
    this.done ??= 0
  }

  frame(now: number): void {
    if (this.done === null) return
    this.done = this.#smooth.at(now)
    this.remainingMs = this.#smooth.remainingMs(now)
  }
}
