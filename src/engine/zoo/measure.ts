/** How good an autoencoder is, on pictures that it was not trained on. */
import type { Figures } from '../../contract/training.ts'
import type { AutoencoderRecipe } from '../../contract/zoo-recipe.ts'
import { CODE } from '../architectures/autoencoder-parts.ts'
import { decibels } from '../metrics/psnr.ts'
import { random } from '../random.ts'
import { tf } from '../tf.ts'
import type { Autoencoder } from './autoencoder.ts'
import { makeBatch, tensorsOf } from './autoencoder-batch.ts'
import { crossEntropy, forward, gaussianDivergence } from './autoencoder-loss.ts'
import type { Pictures } from './pictures.ts'

const BATCH = 250
/** Of the noise that the code is shaken with, 0..1. */
const SHAKE = 0.1
/** A sigmoid is never 0. */
const ACTIVE_SIGMOID = 0.1

export type Measured = {
  /**
   * `MSE` over all pixels of all pictures, 0..1, and `PSNR (dB)` from it; `PSNR of the input (dB)` and the gain over it where it is corrupted;
   * `active units (%)` of the code; `code movement`, under Gaussian noise of sigma 0.1: the mean distance that a code
   * moves, and `relative code movement`, that in parts of the codes' own spread; of a Gaussian code `−ELBO (nats)`.
   */
  figures: Figures
  /** The training's objective: mean over pictures. */
  loss: number
}

/** The same at every call: the chances are drawn from the recipe's seed. */
export async function measure(
  autoencoder: Autoencoder,
  recipe: AutoencoderRecipe,
  pictures: Pictures,
): Promise<Measured> {
  const sums = new Map<string, number>()
  const codes = new Spread()
  for (let first = 0; first < pictures.count; first += BATCH) {
    const count = Math.min(BATCH, pictures.count - first)
    const indices = Uint32Array.from({ length: count }, (_, i) => first + i)
    const batch = makeBatch(recipe, pictures, indices, autoencoder.codeSize, recipe.seed, first, 5)
    const { means, code } = tf.tidy(() => measureBatch(autoencoder, recipe, batch, first))
    for (const [name, value] of Object.entries(means)) {
      const [number] = await value.data()
      sums.set(name, (sums.get(name) ?? 0) + (number * count) / pictures.count)
    }
    codes.add((await code.data()) as Float32Array, autoencoder.codeSize)
    tf.dispose([means, code])
  }
  const mean = (name: string) => sums.get(name)!
  const figures: Figures = { MSE: mean('mse'), 'PSNR (dB)': decibels(mean('mse')) }
  if (recipe.corruption.kind !== 'none') {
    const input = decibels(mean('inputMse'))
    figures['PSNR of the input (dB)'] = input
    figures['gain over the input (dB)'] = figures['PSNR (dB)'] - input
  }
  figures['active units (%)'] = 100 * mean('active')
  figures['code movement'] = mean('movement')
  figures['relative code movement'] = mean('movement') / Math.max(1e-12, codes.deviation())
  if (sums.has('bound')) figures['−ELBO (nats)'] = mean('bound')
  return { figures, loss: mean('loss') }
}

function measureBatch(
  autoencoder: Autoencoder,
  recipe: AutoencoderRecipe,
  batch: ReturnType<typeof makeBatch>,
  first: number,
) {
  const tensors = tensorsOf(batch)
  const { given, target } = tensors
  const { loss, code, logVariance, logits, ...made } = forward(autoencoder, tensors, recipe.loss, false)
  // A Gaussian code is decoded at its mean, as the saved model does, not where it was drawn.
  const reconstruction = logVariance ? autoencoder.decode(code).reconstruction : made.reconstruction
  const shake = new Float32Array(batch.given.length)
  random(recipe.seed, first, 6).fillGaussian(shake)
  const shaken = autoencoder.encode(given.add(tf.tensor4d(shake, given.shape).mul(SHAKE))).code
  const moved = shaken.sub(code).reshape([batch.count, -1]).square().sum(1).sqrt()
  const threshold = autoencoder.model.getLayer(CODE).getConfig().activation === 'sigmoid' ? ACTIVE_SIGMOID : 0
  const means: Record<string, tf.Tensor> = {
    loss,
    mse: reconstruction.sub(target).square().mean(),
    inputMse: given.sub(target).square().mean(),
    active: code.abs().greater(threshold).toFloat().mean(),
    movement: moved.mean(),
  }
  if (logVariance) means.bound = crossEntropy(logits!, target).add(gaussianDivergence(code, logVariance))
  return { means, code }
}

/** Root of the mean squared distance of vectors from their mean. */
class Spread {
  #count = 0
  #sum: Float64Array | null = null
  #squares = 0

  add(values: Float32Array, size: number): void {
    this.#sum ??= new Float64Array(size)
    for (let i = 0; i < values.length; i++) {
      this.#sum[i % size] += values[i]
      this.#squares += values[i] ** 2
    }
    this.#count += values.length / size
  }

  deviation(): number {
    let squaredMean = 0
    for (const sum of this.#sum ?? []) squaredMean += (sum / this.#count) ** 2
    return Math.sqrt(Math.max(0, this.#squares / this.#count - squaredMean))
  }
}
