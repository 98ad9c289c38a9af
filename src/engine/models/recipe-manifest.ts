import type { Manifest } from '../../contract/model.ts'
import type { Recipe } from '../../contract/recipe.ts'
import { megaMacsPerPixel } from '../architectures/cost.ts'
import type { architecture } from '../architectures/index.ts'
import type { tf } from '../tf.ts'

/** What the manifest of a model that was just trained takes from its recipe: nothing of it is measured yet. */
export function recipeManifest<R extends Recipe>(recipe: R, parent: string | null = null) {
  return {
    id: recipe.id,
    version: recipe.version,
    title: recipe.title,
    task: recipe.task as R['task'],
    recipe,
    provenance: recipe.data.provenance,
    licence: recipe.licence,
    parent,
    quality: [],
    created: new Date().toISOString().slice(0, 10),
  } satisfies Partial<Manifest>
}

/** What it takes from the network of a restoration model. */
export function networkManifest(network: ReturnType<typeof architecture>, model: tf.LayersModel) {
  const { name, parameters, sizeMultiple, receptiveFieldRadius } = network
  return {
    architecture: { name, parameters: parameters as Record<string, unknown> },
    megaMacsPerPixel: Number(megaMacsPerPixel(model, 32 * sizeMultiple).toFixed(4)),
    sizeMultiple,
    receptiveFieldRadius,
  } satisfies Partial<Manifest>
}
