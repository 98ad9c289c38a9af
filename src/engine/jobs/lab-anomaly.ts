import { auroc } from '../lab/auroc.ts'
import { decodeAll, encodeAll } from '../lab/codes.ts'
import { readPictures } from '../lab/read-pictures.ts'
import { writeSheet } from '../lab/sheet.ts'
import { meanSquaredError } from '../metrics/psnr.ts'
import { withAutoencoder } from '../zoo/open-autoencoder.ts'
import { floats, sizeOf } from '../zoo/pictures.ts'
import type { JobHandler } from './job.ts'

/**
 * What a model has not learned it reconstructs badly (Japkowicz, Myers & Gluck 1995): pictures by their reconstruction's
 * error, the strangest first.
 */
export const rankAnomalies: JobHandler<'rankAnomalies'> = async (
  { folder, source, path, shown, columns, normal },
  context,
) => {
  await context.backend()
  return withAutoencoder(folder, async ({ autoencoder }) => {
    const pictures = await readPictures(source, autoencoder.picture, 2, context)
    const codes = await encodeAll(autoencoder, pictures, context)
    const made = await decodeAll(autoencoder, codes, context)
    const size = sizeOf(autoencoder.picture)
    const errors = Float64Array.from(pictures.names, (_, i) =>
      meanSquaredError(floats(pictures, [i]), made.subarray(i * size, (i + 1) * size)),
    )
    const order = Array.from(errors, (_, i) => i).sort((a, b) => errors[b] - errors[a])
    await writeSheet(path, floats(pictures, order.slice(0, shown)), autoencoder.picture, columns)
    const { labels } = pictures
    return {
      items: order.map((i) => ({
        name: pictures.names[i],
        label: labels?.[i] ?? null,
        index: i,
        error: errors[i],
      })),
      auroc:
        labels && normal
          ? auroc(
              errors,
              Array.from(labels, (label) => !normal.includes(label)),
            )
          : null,
    }
  })
}
