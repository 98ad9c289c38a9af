/**
 * Progress as the eye wants it. Reports come in coarse jumps (a tile is done); between them the shown value glides on
 * at the speed that the remaining time implies, never past what the next report may say, and never back.
 */
export class SmoothProgress {
  /** The last report: 0..1, and when it came, ms. */
  #done = 0
  #at = 0
  #remainingMs: number | null = null
  /** The largest jump so far: as far as the glide may run ahead. */
  #jump = 0
  #shown = 0

  /** @param done 0..1 @param now ms, on any clock that goes on steadily */
  report(done: number, remainingMs: number | null, now: number): void {
    if (done === this.#done && remainingMs === this.#remainingMs) return
    this.#shown = this.at(now)
    this.#jump = Math.max(this.#jump, done - this.#done)
    this.#done = done
    this.#remainingMs = remainingMs
    this.#at = now
  }

  /** What to show at `now`, 0..1. */
  at(now: number): number {
    const since = Math.max(0, now - this.#at)
    const left = 1 - this.#done
    const glided = this.#remainingMs ? (left * since) / this.#remainingMs : 0
    const ahead = this.#done + Math.min(glided, this.#jump, 0.98 * left)
    // A jump of the reports is caught up with in a few frames instead of at once.
    const eased = this.#shown + (ahead - this.#shown) * (1 - Math.exp(-since / EASE_MS))
    this.#shown = Math.max(this.#shown, this.#done >= 1 ? 1 : eased)
    return this.#shown
  }

  /** ms until the end at `now`; null while unknown. */
  remainingMs(now: number): number | null {
    if (this.#remainingMs === null) return null
    return Math.max(0, this.#remainingMs - Math.max(0, now - this.#at))
  }
}

const EASE_MS = 120
