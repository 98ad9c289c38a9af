import { LimpidError } from '../../contract/errors.ts'
import { CODE } from '../architectures/autoencoder-parts.ts'
import { tf } from '../tf.ts'
import type { Autoencoder } from './autoencoder.ts'
import { principalComponents } from './pca.ts'
import { floats, type Pictures, sizeOf } from './pictures.ts'

/**
 * Gives a linear autoencoder the principal components of the pictures for its weights: then it encodes a picture by its
 * scores and decodes scores by their sum. Throws `recipe-invalid` for a network that is not linear, and for a code of more
 * units than a picture has values. `step` is told of every iteration; it may throw to cancel.
 */
export async function fitPrincipalComponents(
  { model }: Autoencoder,
  pictures: Pictures,
  step: (label: string) => Promise<void> = async () => {},
): Promise<void> {
  const [encoder, decoder] = [CODE, 'pixels'].map((name) =>
    model.layers.find((layer) => layer.name === name && layer.getConfig().activation === 'linear'),
  )
  if (!encoder || !decoder || model.name !== 'linear_autoencoder') {
    throw new LimpidError('recipe-invalid', `Principal components do not fit into ${model.name}.`, {
      hint: 'Take the architecture "linear-autoencoder".',
    })
  }
  const pixels = sizeOf(pictures.shape)
  const k = encoder.weights[0].shape[1] as number
  const all = Uint32Array.from({ length: pictures.count }, (_, i) => i)
  const rows = tf.tensor2d(floats(pictures, all), [pictures.count, pixels])
  const between = (iteration: number) => step(`Principal components, iteration ${iteration + 1}`)
  const { mean, components } = await principalComponents(rows, k, between).finally(() => rows.dispose())
  tf.tidy(() => {
    const basis = tf.tensor2d(components, [pixels, k])
    const centre = tf.tensor2d(mean, [1, pixels])
    encoder.setWeights([basis, centre.matMul(basis).neg().reshape([k])])
    decoder.setWeights([basis.transpose(), centre.reshape([pixels])])
  })
}
