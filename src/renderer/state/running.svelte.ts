/** The running job's progress as it is shown, everywhere the same: smooth, frame by frame. */
import type { Job } from '../../contract/api.ts'
import { SmoothProgress } from './smooth-progress.ts'

export class Running {
  jobId = $state<string | null>(null)
  /** 0..1; null until the first report. */
  done = $state<number | null>(null)
  remainingMs = $state<number | null>(null)
  #smooth = new SmoothProgress()

  /** What the application last said. @param now ms, on the clock of `frame` */
  report(job: Job | null, now: number): void {
    if ((job?.id ?? null) !== this.jobId) {
      this.jobId = job?.id ?? null
      this.done = null
      this.remainingMs = null
      this.#smooth = new SmoothProgress()
    }
    if (!job?.progress) return
    this.#smooth.report(job.progress.done, job.progress.remainingMs, now)
    this.done ??= 0
  }

  /** Before each picture that the screen draws. */
  frame(now: number): void {
    if (this.done === null) return
    this.done = this.#smooth.at(now)
    this.remainingMs = this.#smooth.remainingMs(now)
  }
}
