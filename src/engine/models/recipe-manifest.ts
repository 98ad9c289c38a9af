import type { Manifest } from '../../contract/model.ts'
import type { Recipe } from '../../contract/recipe.ts'

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
