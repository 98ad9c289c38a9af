/**
 * A moving average of the weights (Polyak & Juditsky 1992), which validates better than the weights of any one step.
 * Young averages follow faster: the decay is at most (1 + steps) / (10 + steps).
 */
import { tf } from '../tf.ts'

export class WeightAverage {
  readonly #variables: tf.Variable[]
  readonly #decay: number
  #average: tf.Tensor[]

  constructor(variables: tf.Variable[], decay: number) {
    this.#variables = variables
    this.#decay = decay
    this.#average = variables.map((variable) => tf.clone(variable))
  }

  /** Takes the weights after step `step` (from 1) in. */
  update(step: number): void {
    const decay = Math.min(this.#decay, (1 + step) / (10 + step))
    const next = tf.tidy(() =>
      this.#variables.map((variable, i) => this.#average[i].mul(decay).add(variable.mul(1 - decay))),
    )
    tf.dispose(this.#average)
    this.#average = next
  }

  /** Runs `work` with the average in the network's place. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#swap()
    try {
      return await work()
    } finally {
      this.#swap()
    }
  }

  /** For a checkpoint: in the order of the variables. */
  values(): readonly tf.Tensor[] {
    return this.#average
  }

  /** Takes over saved values; the numbers are copied. */
  restore(flat: Float32Array): void {
    tf.dispose(this.#average)
    let at = 0
    this.#average = this.#variables.map(({ size, shape }) => {
      at += size
      return tf.tensor(flat.slice(at - size, at), shape)
    })
  }

  dispose(): void {
    tf.dispose(this.#average)
  }

  #swap(): void {
    const weights = this.#variables.map((variable) => tf.clone(variable))
    this.#variables.forEach((variable, i) => {
      variable.assign(this.#average[i])
    })
    // `assign` shares the data; the old average is the network's now.
    tf.dispose(this.#average)
    this.#average = weights
  }
}
