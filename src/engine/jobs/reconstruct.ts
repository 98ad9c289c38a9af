import { withAutoencoder } from '../zoo/open-autoencoder.ts'
import { writeReconstructions } from '../zoo/reconstruction-samples.ts'
import { readSource } from '../zoo/source.ts'
import type { JobHandler } from './job.ts'

/** A sheet of pictures before and after. */
export const reconstructPictures: JobHandler<'reconstruct'> = async ({ folder, source, path }, context) => {
  await context.backend()
  return withAutoencoder(folder, async ({ autoencoder, recipe }) => {
    const pictures = await readSource(source, autoencoder.picture, (done, total) =>
      context.step(done / total, `Reading ${done} of ${total}`),
    )
    return { path: await writeReconstructions(path, autoencoder, recipe, pictures) }
  })
}
