import { random } from '../random.ts'
import type { tf } from '../tf.ts'

type Dropout = tf.layers.Layer & { seed?: number }

/**
 * Gives the dropout layers of a model a seed for each step. By themselves they draw the same mask at every call where
 * they have a seed, and where they have none one that a resumed run does not see again.
 */
export function seedDropout(model: tf.LayersModel, seed: number) {
  const layers = model.layers.filter((layer): layer is Dropout => layer.getClassName() === 'Dropout')
  const own = layers.map((layer) => layer.seed)
  return {
    before(step: number): void {
      layers.forEach((layer, i) => {
        layer.seed = random(seed, step, 3, i).below(2 ** 31)
      })
    },
    /** Puts the seeds back that the architecture gave: they are saved with the model. */
    end(): void {
      layers.forEach((layer, i) => {
        layer.seed = own[i]
      })
    },
  }
}
