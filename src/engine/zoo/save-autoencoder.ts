/** A trained autoencoder's folder: manifest, network, weights, card. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Manifest } from '../../contract/model.ts'
import { OPTIMIZER_NAMES } from '../../contract/recipe-parts.ts'
import type { AutoencoderRecipe } from '../../contract/zoo-recipe.ts'
import { CODE } from '../architectures/autoencoder-parts.ts'
import { megaMacsPerPixel } from '../architectures/cost.ts'
import { saveModel } from '../models/model-file.ts'
import { recipeManifest } from '../models/recipe-manifest.ts'
import type { Autoencoder } from './autoencoder.ts'
import { networkOf } from './network-of.ts'

export async function saveAutoencoder(
  folder: string,
  autoencoder: Autoencoder,
  recipe: AutoencoderRecipe,
): Promise<void> {
  const { name, parameters, sizeMultiple, receptiveFieldRadius } = networkOf(recipe)
  const { model, picture, codeShape } = autoencoder
  const [height, width, channels] = picture
  const manifest = await saveModel(folder, model, {
    ...recipeManifest(recipe),
    architecture: { name, parameters: parameters as Record<string, unknown> },
    channels: { input: channels, output: channels },
    picture: { height, width },
    code: { layer: CODE, shape: codeShape },
    megaMacsPerPixel: Number(megaMacsPerPixel(model).toPrecision(4)),
    sizeMultiple,
    receptiveFieldRadius,
  })
  await writeFile(path.join(folder, 'card.md'), card(manifest, recipe))
}

/** What a person should know before they use the model (Mitchell et al. 2019, "Model Cards"). */
function card(manifest: Manifest, recipe: AutoencoderRecipe): string {
  const { corruption, loss, training } = recipe
  const { height, width } = manifest.picture!
  const noise =
    corruption.kind === 'none'
      ? 'none'
      : `Gaussian noise, mean ${corruption.mean}, sigma ${corruption.sigma} (0..1)${corruption.clip ? ', clipped' : ''}`
  const { penalty } = loss
  const schedule =
    training.method === 'pca'
      ? 'principal components, computed'
      : `${'epochs' in training.length ? `${training.length.epochs} epochs` : `${training.length.steps} steps`} of batches of ${training.batch}, ${OPTIMIZER_NAMES[training.optimizer.kind]} ${training.optimizer.learningRate}`
  return `# ${manifest.title} (\`${manifest.id}\` ${manifest.version})

| | |
|---|---|
| Task | autoencode: pictures of ${width} × ${height} px, ${manifest.channels!.input} channel(s), to a code of ${manifest.code!.shape.join(' × ')} and back |
| Network | ${manifest.architecture.name} ${JSON.stringify(manifest.architecture.parameters)} |
| Size | ${manifest.parameterCount} parameters |
| Trained on | ${manifest.provenance} |
| Corruption of the input | ${noise} |
| Loss | ${loss.reconstruction}, penalty ${penalty.kind === 'none' ? 'none' : JSON.stringify(penalty)} |
| Schedule | ${schedule} |
| Licence of the weights | ${manifest.licence} |

The encoder ends in the layer \`${manifest.code!.layer}\`; the decoder is all that follows it.

## Limits

It knows pictures like those that it was trained on. Others it turns into such pictures, or into a blur: that is what
makes it find anomalies, and why it must not be used to restore them.
`
}
