/** Lets work in as long as all that is in together is of no more than so many pixels; one is let in however large. */
export class PixelGate {
  #inside = 0
  #waiting: (() => void)[] = []

  /** `most`: px of all that is in at a time. */
  async run<T>(pixels: number, most: number, work: () => Promise<T> | T): Promise<T> {
    while (this.#inside > 0 && this.#inside + pixels > most)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.#inside += pixels
    try {
      return await work()
    } finally {
      this.#inside -= pixels
      for (const wake of this.#waiting.splice(0)) wake()
    }
  }
}
