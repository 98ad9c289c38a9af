import { LimpidError } from '../../../contract/errors.ts'
import type { Manifest } from '../../../contract/model.ts'
import { segmentationRecipeSchema } from '../../../contract/segmentation-recipe.ts'
import { loadModel } from '../../models/model-file.ts'
import { Segmenter } from './segment.ts'

/** Runs `work` with the network of that folder. Throws `bad-request` where it marks nothing, and what `loadModel` throws. */
export async function withSegmenter<T>(
  folder: string,
  work: (segmenter: Segmenter, manifest: Manifest) => Promise<T>,
): Promise<T> {
  const { model, manifest } = await loadModel(folder)
  try {
    if (manifest.task !== 'segment') {
      throw new LimpidError('bad-request', `${manifest.title} does not mark what is where.`, {
        file: folder,
        hint: 'Choose a model that was trained on masks or labels.',
      })
    }
    const recipe = segmentationRecipeSchema.safeParse(manifest.recipe)
    if (!recipe.success) {
      const message = `The recipe in ${folder} does not fit: ${recipe.error.message}.`
      throw new LimpidError('model-damaged', message, { file: folder, hint: 'Train it again.' })
    }
    return await work(new Segmenter(model, recipe.data), manifest)
  } finally {
    model.dispose()
  }
}
