import { LimpidError } from '../../contract/errors.ts'
import type { Manifest } from '../../contract/model.ts'
import { type AutoencoderRecipe, autoencoderRecipeSchema } from '../../contract/zoo-recipe.ts'
import { loadModel } from '../models/model-file.ts'
import type { tf } from '../tf.ts'
import { Autoencoder } from './autoencoder.ts'

export type OpenAutoencoder = { autoencoder: Autoencoder; manifest: Manifest; recipe: AutoencoderRecipe }

/** Runs `work` with the autoencoder of that folder. Throws `bad-request` where it is none, and what `loadModel` throws. */
export async function withAutoencoder<T>(
  folder: string,
  work: (open: OpenAutoencoder) => Promise<T>,
): Promise<T> {
  const { model, manifest } = await loadModel(folder)
  if (manifest.task !== 'autoencode') {
    model.dispose()
    throw new LimpidError('bad-request', `${manifest.title} (${folder}) is no autoencoder.`, {
      file: folder,
      hint: 'Take a model that the Lab trained: `limpid zoo`, or `limpid train` with a recipe of recipes/zoo.',
    })
  }
  const autoencoder = takeApart(model, folder)
  try {
    const recipe = autoencoderRecipeSchema.safeParse(manifest.recipe)
    if (!recipe.success) {
      throw new LimpidError(
        'model-damaged',
        `The recipe in ${folder} does not fit: ${recipe.error.message}.`,
        {
          file: folder,
          hint: 'Train it again.',
        },
      )
    }
    return await work({ autoencoder, manifest, recipe: recipe.data })
  } finally {
    autoencoder.dispose()
  }
}

function takeApart(model: tf.LayersModel, folder: string): Autoencoder {
  try {
    return new Autoencoder(model)
  } catch (thrown) {
    if (!(thrown instanceof LimpidError)) throw thrown
    const hint = 'Train it again, by a recipe of recipes/zoo.'
    throw new LimpidError(thrown.code, `${thrown.message} (${folder})`, { file: folder, hint, cause: thrown })
  }
}
