import { encodeAll } from '../lab/codes.ts'
import { distances } from '../lab/nearest.ts'
import { join, readOne, readPictures } from '../lab/read-pictures.ts'
import { writeSheet } from '../lab/sheet.ts'
import { withAutoencoder } from '../zoo/open-autoencoder.ts'
import { floats, pick } from '../zoo/pictures.ts'
import type { JobHandler } from './job.ts'

/** The pictures that a model's code puts nearest to one (Krizhevsky & Hinton 2011, retrieval by an autoencoder's codes). */
export const findSimilar: JobHandler<'findSimilar'> = async (
  { folder, source, query, count, columns, path },
  context,
) => {
  await context.backend()
  return withAutoencoder(folder, async ({ autoencoder }) => {
    const pictures = await readPictures(source, autoencoder.picture, 2, context)
    const { picture, index } = await readOne(query, source, pictures)
    const codes = await encodeAll(autoencoder, join(picture, pictures), context)
    const { codeSize } = autoencoder
    const away = distances(codes.subarray(codeSize), codes.subarray(0, codeSize))
    const nearest = Array.from(away, (_, i) => i)
      .filter((i) => i !== index)
      .sort((a, b) => away[a] - away[b])
      .slice(0, count)
    const item = (i: number) => ({ name: pictures.names[i], label: pictures.labels?.[i] ?? null, index: i })
    await writeSheet(
      path,
      floats(join(picture, pick(pictures, nearest)), range(nearest.length + 1)),
      picture.shape,
      columns,
    )
    return {
      query: { name: picture.names[0], label: picture.labels?.[0] ?? null },
      matches: nearest.map((i) => ({ ...item(i), distance: away[i] })),
    }
  })
}

const range = (length: number): number[] => Array.from({ length }, (_, i) => i)
