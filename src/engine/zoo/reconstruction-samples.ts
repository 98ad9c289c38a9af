import path from 'node:path'
import type { AutoencoderRecipe } from '../../contract/zoo-recipe.ts'
import { tf } from '../tf.ts'
import type { Autoencoder } from './autoencoder.ts'
import { makeBatch, tensorsOf } from './autoencoder-batch.ts'
import { writeMontage } from './montage.ts'
import type { Pictures } from './pictures.ts'

const COLUMNS = 12
/** Of all pictures together, px: the sheet stays small. */
const ZOOM_BELOW = 64

/**
 * Writes a sheet of pictures, one a column: what was given, the code where it has the size for a picture, what was made
 * of it, and, where the given was corrupted, the clean one. Gives its path.
 */
export async function writeReconstructions(
  file: string,
  autoencoder: Autoencoder,
  recipe: Pick<AutoencoderRecipe, 'corruption' | 'binarise' | 'seed'>,
  pictures: Pictures,
): Promise<string> {
  const columns = Math.min(COLUMNS, pictures.count)
  const indices = Uint32Array.from({ length: columns }, (_, i) => i)
  const batch = makeBatch(recipe, pictures, indices, autoencoder.codeSize, recipe.seed, 7)
  const rows = tf.tidy(() => {
    const { given, target } = tensorsOf(batch)
    const { code } = autoencoder.encode(given)
    const { reconstruction } = autoencoder.decode(code)
    const drawn = drawCodes(code, autoencoder.picture)
    const clean = recipe.corruption.kind === 'none' ? [] : [target]
    return tf.concat([given, ...(drawn ? [drawn] : []), reconstruction, ...clean])
  })
  try {
    const zoom = pictures.shape[0] < ZOOM_BELOW ? 2 : 1
    await writeMontage(file, (await rows.data()) as Float32Array, pictures.shape, columns, zoom)
  } finally {
    rows.dispose()
  }
  return path.resolve(file)
}

/** A code of n² units as a square of n × n cells, the strongest white; null where it is no square or too large. */
function drawCodes(code: tf.Tensor, [height, width, channels]: Autoencoder['picture']): tf.Tensor4D | null {
  if (code.rank !== 2) return null
  const side = Math.sqrt(code.shape[1]!)
  if (!Number.isInteger(side) || side < 2 || side > Math.min(height, width)) return null
  const low = code.min(1, true)
  const range = code.max(1, true).sub(low).maximum(1e-6)
  const cells = code.sub(low).div(range).reshape([-1, side, side, 1]) as tf.Tensor4D
  return cells.resizeNearestNeighbor([height, width]).tile([1, 1, 1, channels])
}
