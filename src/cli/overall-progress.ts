import type { Progress } from '../contract/engine-protocol.ts'
import type { ProgressView } from './progress.ts'

/** The progress of several pictures, some of them at a time, as one: every picture counts the same. */
export class OverallProgress {
  readonly #names: readonly string[]
  readonly #view: Pick<ProgressView, 'update'>
  /** Of each picture that began, 0..1. */
  readonly #shares: number[] = []

  constructor(names: readonly string[], view: Pick<ProgressView, 'update'>) {
    this.#names = names
    this.#view = view
  }

  /** Of the pictures at work the first is named. */
  update(index: number, { done, label, remainingMs }: Progress): void {
    const count = this.#names.length
    this.#shares[index] = done
    const first = this.#shares.findIndex((share) => share < 1)
    if (first !== index && done < 1) return
    const named = `${this.#names[index]}: ${label}`
    this.#view.update({
      done: this.#shares.reduce((sum, share) => sum + share, 0) / count,
      label: count === 1 ? named : `${index + 1} of ${count}, ${named}`,
      remainingMs: count === 1 ? remainingMs : null,
    })
  }

  /** Done, or failed. */
  end(index: number): void {
    this.#shares[index] = 1
  }
}
