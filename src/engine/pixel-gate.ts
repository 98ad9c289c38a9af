import { cancelled } from './cancelled.ts'

type Waiter = { pixels: number; most: number; enter: () => void }

/**
 * Lets work in as long as all that is in together is of no more than so many pixels; one is let in however large. First
 * come, first in: small ones do not keep a large one out for ever.
 */
export class PixelGate {
  #inside = 0
  readonly #waiting: Waiter[] = []

  /** `most`: px of all that is in at a time. Throws `cancelled` where `signal` aborts before it is let in. */
  async run<T>(pixels: number, most: number, work: () => Promise<T> | T, signal?: AbortSignal): Promise<T> {
    await this.#entry(pixels, most, signal)
    try {
      return await work()
    } finally {
      this.#inside -= pixels
      this.#letIn()
    }
  }

  #entry(pixels: number, most: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1)
        reject(cancelled())
        this.#letIn()
      }
      const enter = () => {
        signal?.removeEventListener('abort', leave)
        resolve()
      }
      const waiter = { pixels, most, enter }
      this.#waiting.push(waiter)
      if (signal?.aborted) leave()
      else signal?.addEventListener('abort', leave, { once: true })
      this.#letIn()
    })
  }

  #letIn(): void {
    for (let [next] = this.#waiting; next; [next] = this.#waiting) {
      if (this.#inside > 0 && this.#inside + next.pixels > next.most) return
      this.#waiting.shift()
      this.#inside += next.pixels
      next.enter()
    }
  }
}
