import type { tf } from '../../../tf.ts'
import type { Graph } from './loaded-graph.ts'

/** So long the first graph computes before the second is opened, ms: several times as long as that takes. */
const PAYS_AFTER = 5000
/**
 * Who has won so many pairs of runs is the faster one: a machine's speed may change from one run to the next by more than the
 * graphs differ.
 */
const WINS = 3

/**
 * Two graphs of one network as one. It begins with the one that is open, so that nobody waits, and ends with the faster one
 * on this machine: fewer multiplications for more passes over memory gain or lose by how fast memory is beside the cores.
 */
export class FasterGraph implements Graph {
  /** The first; while they race both; then the faster. */
  #open: Graph[]
  /** Gives null where there can be no second one. Null once it was called. */
  #openSecond: (() => Graph | null) | null
  readonly #now: () => number
  #spent = 0
  /** What the first took for a pixel, ms, of each class of sizes in which it is the second's turn. */
  readonly #challenges = new Map<number, number>()
  /** Of the first and of the second. */
  #wins: [number, number] = [0, 0]

  constructor(first: Graph, openSecond: () => Graph | null, now = () => performance.now()) {
    this.#open = [first]
    this.#openSecond = openSecond
    this.#now = now
  }

  run(picture: tf.Tensor4D): tf.Tensor4D {
    if (this.#openSecond && this.#spent >= PAYS_AFTER) {
      const second = this.#openSecond()
      this.#openSecond = null
      if (second) this.#open.push(second)
    }
    if (this.#open.length === 2) return this.#race(picture)
    const { result, time } = this.#timed(this.#open[0], picture)
    this.#spent += time
    return result
  }

  settle(picture: tf.Tensor4D): void {
    this.#spent = PAYS_AFTER
    while (this.#openSecond || this.#open.length === 2) this.run(picture).dispose()
  }

  dispose(): void {
    for (const graph of this.#open) graph.dispose()
  }

  /** In turns on pictures that are about as large: those of a class differ by less than a factor of two. */
  #race(picture: tf.Tensor4D): tf.Tensor4D {
    const pixels = picture.shape[1] * picture.shape[2]
    const sizeClass = Math.floor(Math.log2(pixels))
    const challenge = this.#challenges.get(sizeClass)
    if (challenge === undefined) {
      const { result, time } = this.#timed(this.#open[0], picture)
      this.#challenges.set(sizeClass, time / pixels)
      return result
    }
    try {
      const { result, time } = this.#timed(this.#open[1], picture)
      this.#challenges.delete(sizeClass)
      const winner = time / pixels < challenge ? 1 : 0
      if (++this.#wins[winner] === WINS) this.#settle(winner)
      return result
    } catch (thrown) {
      console.error('engine: a network is computed as before, its other graph having failed:', thrown)
      this.#settle(0) // it may need more memory than there is
      return this.run(picture)
    }
  }

  #settle(winner: 0 | 1): void {
    this.#open[1 - winner].dispose()
    this.#open = [this.#open[winner]]
  }

  #timed(graph: Graph, picture: tf.Tensor4D): { result: tf.Tensor4D; time: number } {
    const start = this.#now()
    const result = graph.run(picture)
    return { result, time: this.#now() - start }
  }
}
