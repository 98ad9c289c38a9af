import { LimpidError } from '../../contract/errors.ts'
import type { AutoencoderRecipe } from '../../contract/zoo-recipe.ts'
import { architecture } from '../architectures/index.ts'
import { shapeOf } from './examples.ts'

/** The architecture of a recipe, for pictures of its data's shape. Throws `recipe-invalid` where that is not to be. */
export function networkOf({ architecture: { name, parameters }, data }: AutoencoderRecipe) {
  const picture = shapeOf(data)
  if (parameters.picture !== undefined && JSON.stringify(parameters.picture) !== JSON.stringify(picture)) {
    throw new LimpidError(
      'recipe-invalid',
      `The recipe's network is for pictures of another size than its data.`,
      {
        hint: 'Leave "picture" out: it is what the data has.',
      },
    )
  }
  return architecture(name, { ...parameters, picture })
}
