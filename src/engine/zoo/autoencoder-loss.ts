/** What an autoencoder is trained to make small: the reconstruction's error, and the penalty on its code. */
import { LimpidError } from '../../contract/errors.ts'
import type { AutoencoderRecipe, Penalty } from '../../contract/zoo-recipe.ts'
import { CODE } from '../architectures/autoencoder-parts.ts'
import { tf } from '../tf.ts'
import type { Autoencoder, Coded, Decoded } from './autoencoder.ts'

export type Pass = Coded & Decoded & { loss: tf.Scalar }

/**
 * One pass of a batch, its loss with it: alpha · reconstruction + penalty. `noise` [batch, code] draws the codes of a
 * variational autoencoder, z = mean + σ · noise (the reparametrisation of Kingma & Welling 2014).
 */
export function forward(
  autoencoder: Autoencoder,
  { given, target, noise }: { given: tf.Tensor4D; target: tf.Tensor4D; noise: tf.Tensor2D },
  loss: AutoencoderRecipe['loss'],
  training: boolean,
): Pass {
  const { code, logVariance } = autoencoder.encode(given, training)
  const drawn = logVariance ? code.add(logVariance.mul(0.5).exp().mul(noise)) : code
  const decoded = autoencoder.decode(drawn, training)
  const error =
    loss.reconstruction === 'mse'
      ? decoded.reconstruction.sub(target).square().mean()
      : crossEntropy(decoded.logits!, target)
  const penalty = penaltyOf(loss.penalty, { code, logVariance }, autoencoder)
  const weighted = error.mul(loss.weight)
  return {
    code,
    logVariance,
    ...decoded,
    loss: (penalty ? weighted.add(penalty) : weighted).asScalar(),
  }
}

/** Throws `recipe-invalid` where the loss asks for what the network has not got. */
export function requireFit(autoencoder: Autoencoder, { reconstruction, penalty }: AutoencoderRecipe['loss']) {
  const layer = (name: string) => autoencoder.model.layers.find((layer) => layer.name === name)
  const complain = (what: string, hint: string) => {
    throw new LimpidError('recipe-invalid', `The network ${autoencoder.model.name} ${what}.`, { hint })
  }
  if (reconstruction === 'cross-entropy' && !layer('logits')) {
    complain('has no logits for a cross-entropy', 'Take "mse" for its loss.')
  }
  const isVariational = layer('log_variance') !== undefined
  if (isVariational !== (penalty.kind === 'variational')) {
    complain(
      isVariational ? 'has a Gaussian code' : 'has no Gaussian code',
      'The penalty "variational" and a variational autoencoder need each other.',
    )
  }
  const isSigmoid = layer(CODE)?.getConfig().activation === 'sigmoid'
  const needsSigmoid =
    penalty.kind === 'contraction' || (penalty.kind === 'sparsity' && penalty.norm === 'kl')
  if (needsSigmoid && !isSigmoid) {
    complain(`has no code of sigmoid units, which the penalty "${penalty.kind}" is made for`, 'Take another.')
  }
}

/** Of Bernoulli pixels, in nats: summed over a picture, mean over the batch. */
export function crossEntropy(logits: tf.Tensor4D, target: tf.Tensor4D): tf.Scalar {
  // max(x, 0) - x·t + log(1 + e^-|x|): no overflow for large logits.
  const stable = logits.relu().sub(logits.mul(target)).add(logits.abs().neg().exp().log1p())
  return stable.sum().div(logits.shape[0])
}

/** KL(N(mean, σ²) ‖ N(0, 1)) in nats: summed over the code, mean over the batch. */
export function gaussianDivergence(mean: tf.Tensor, logVariance: tf.Tensor): tf.Scalar {
  const terms = mean.square().add(logVariance.exp()).sub(logVariance).sub(1)
  return terms.sum().mul(0.5 / mean.shape[0])
}

/** ‖∂code/∂picture‖² (Frobenius) of one sigmoid layer, exact, mean over the batch. `code` is [batch, units]. */
export function jacobianNorm(code: tf.Tensor, kernel: tf.Tensor): tf.Scalar {
  const slope = code.mul(tf.sub(1, code)).square() // [batch, units]
  const columns = kernel.square().sum(0) // [units]
  return slope.mul(columns).sum().div(code.shape[0])
}

function penaltyOf(penalty: Penalty, { code, logVariance }: Coded, { model }: Autoencoder): tf.Tensor | null {
  switch (penalty.kind) {
    case 'none':
      return null
    case 'sparsity': {
      if (penalty.norm === 'l1') return code.abs().mean().mul(penalty.weight)
      const { target } = penalty
      const activity = code.mean(0).clipByValue(1e-6, 1 - 1e-6) // [units]
      const on = tf.log(tf.div(target, activity)).mul(target)
      const off = tf.log(tf.div(1 - target, tf.sub(1, activity))).mul(1 - target)
      return on.add(off).sum().mul(penalty.weight)
    }
    case 'contraction': {
      const kernel = model.getLayer(CODE).weights[0].read()
      return jacobianNorm(code, kernel).mul(penalty.weight)
    }
    case 'variational':
      return gaussianDivergence(code, logVariance!).mul(penalty.beta)
  }
}
