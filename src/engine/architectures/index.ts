/** The table of architectures: to add one, add its file and its line here. */
import { LimpidError } from '../../contract/errors.ts'
import type { Architecture } from './architecture.ts'
import { contractiveAutoencoder } from './contractive-autoencoder.ts'
import { convolutionalAutoencoder } from './convolutional-autoencoder.ts'
import { denseAutoencoder } from './dense-autoencoder.ts'
import { latentConvolutionalAutoencoder } from './latent-convolutional-autoencoder.ts'
import { linearAutoencoder } from './linear-autoencoder.ts'
import { restorationUnet } from './restoration-unet.ts'
import { segmentationAutoencoder } from './segmentation-autoencoder.ts'
import { segnet } from './segnet.ts'
import { sparseAutoencoder } from './sparse-autoencoder.ts'
import { unet } from './unet.ts'
import { variationalAutoencoder } from './variational-autoencoder.ts'

// biome-ignore lint/suspicious/noExplicitAny: each architecture has parameters of its own, checked by its own schema
const ARCHITECTURES: readonly Architecture<any>[] = [
  contractiveAutoencoder,
  convolutionalAutoencoder,
  denseAutoencoder,
  latentConvolutionalAutoencoder,
  linearAutoencoder,
  restorationUnet,
  segmentationAutoencoder,
  segnet,
  sparseAutoencoder,
  unet,
  variationalAutoencoder,
]

/** The architecture of that name, its parameters checked and completed. Throws `recipe-invalid`. */
export function architecture(name: string, parameters: unknown) {
  const found: Architecture | undefined = ARCHITECTURES.find((candidate) => candidate.name === name)
  if (!found) {
    const known = ARCHITECTURES.map((candidate) => candidate.name).join(', ')
    throw new LimpidError('recipe-invalid', `There is no architecture "${name}".`, {
      hint: `There are: ${known}.`,
    })
  }
  const parsed = found.parameters.safeParse(parameters)
  if (!parsed.success) {
    throw new LimpidError('recipe-invalid', `The parameters of ${name} do not fit: ${parsed.error.message}`)
  }
  const checked = parsed.data
  return {
    name,
    parameters: checked,
    build: (seed: number) => found.build(checked, seed),
    sizeMultiple: found.sizeMultiple(checked),
    receptiveFieldRadius: found.receptiveFieldRadius(checked),
  }
}
