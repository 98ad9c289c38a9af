/** A trained segmentation network's folder: manifest, network, weights, card. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Manifest } from '../../../contract/model.ts'
import { OPTIMIZER_NAMES } from '../../../contract/recipe-parts.ts'
import type { SegmentationRecipe } from '../../../contract/segmentation-recipe.ts'
import { megaMacsPerPixel } from '../../architectures/cost.ts'
import { architecture } from '../../architectures/index.ts'
import { saveModel } from '../../models/model-file.ts'
import { recipeManifest } from '../../models/recipe-manifest.ts'
import type { tf } from '../../tf.ts'
import { classNames, outputChannels } from './classes.ts'

export async function saveSegmenter(
  folder: string,
  model: tf.LayersModel,
  recipe: SegmentationRecipe,
): Promise<void> {
  const network = architecture(recipe.architecture.name, recipe.architecture.parameters)
  const manifest = await saveModel(folder, model, {
    ...recipeManifest(recipe),
    channels: { input: model.inputs[0].shape[3] as number, output: outputChannels(recipe) },
    architecture: { name: network.name, parameters: network.parameters as Record<string, unknown> },
    megaMacsPerPixel: Number(megaMacsPerPixel(model).toFixed(4)),
    sizeMultiple: network.sizeMultiple,
    receptiveFieldRadius: network.receptiveFieldRadius,
  })
  await writeFile(path.join(folder, 'card.md'), card(manifest, recipe))
}

/** What a person should know before they use the model (Mitchell et al. 2019, "Model Cards"). */
function card(manifest: Manifest, recipe: SegmentationRecipe): string {
  const { data, loss, training } = recipe
  const { width, height, fit } = data
  const { length, batch, optimizer } = training
  const sees =
    fit === 'crop' ? `random parts of ${width} × ${height} px` : `pictures at ${width} × ${height} px`
  const steps = 'epochs' in length ? `${length.epochs} epochs` : `${length.steps} steps`
  const marks =
    data.kind === 'masks' ? `a mask of: ${data.subject ?? 'subject'}` : classNames(recipe).join(', ')
  return `# ${manifest.title} (\`${manifest.id}\` ${manifest.version})

| | |
|---|---|
| Task | segment: picture, ${manifest.channels!.input} channel(s), to ${marks} |
| Network | ${manifest.architecture.name} ${JSON.stringify(manifest.architecture.parameters)} |
| Size | ${manifest.parameterCount} parameters |
| Cost | ${manifest.megaMacsPerPixel} million multiply-accumulates a pixel |
| Trained on | ${manifest.provenance} |
| Saw | ${sees}, varied: ${JSON.stringify(data.augmentation ?? {})} |
| Loss | ${JSON.stringify(loss)} |
| Schedule | ${steps} of batches of ${batch}, ${OPTIMIZER_NAMES[optimizer.kind]} ${optimizer.learningRate} |
| Licence of the weights | ${manifest.licence} |

## Limits

It knows pictures like those that it was trained on: the same kind of camera, scale and light. On others it marks too much
or too little, and does not say so. No mask of it is a diagnosis.
`
}
