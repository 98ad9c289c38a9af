import type { LossSum } from '../../contract/training.ts'

/** Loss and speed since it was last reset. */
export class Meter {
  #loss: number
  #steps: number
  #pixels = 0
  #since = performance.now()

  /** Goes on from losses that were added up before. */
  constructor({ loss, steps }: LossSum = { loss: 0, steps: 0 }) {
    this.#loss = loss
    this.#steps = steps
  }

  add(loss: number, pixels: number): void {
    this.#loss += loss
    this.#steps++
    this.#pixels += pixels
  }
  seconds(): number {
    return (performance.now() - this.#since) / 1000
  }
  lossSum(): LossSum {
    return { loss: this.#loss, steps: this.#steps }
  }
  /** The mean loss of a step. */
  read(): { loss: number; pixelsPerSecond: number } {
    return {
      loss: this.#loss / Math.max(1, this.#steps),
      pixelsPerSecond: this.#pixels / Math.max(1e-9, this.seconds()),
    }
  }
  reset(): void {
    this.#loss = this.#steps = this.#pixels = 0
    this.#since = performance.now()
  }
}
