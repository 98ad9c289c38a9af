import { readManifest } from '../models/model-file.ts'
import { loadExamples } from '../zoo/examples.ts'
import { measure } from '../zoo/measure.ts'
import { withAutoencoder } from '../zoo/open-autoencoder.ts'
import { measureSegmentation } from '../zoo/segmentation/measure.ts'
import type { JobHandler } from './job.ts'

/** Measures a trained system of the Lab on pictures that training never looked at. */
export const measureModel: JobHandler<'measure'> = async ({ folder, data }, context) => {
  await context.backend()
  const { id, task } = await readManifest(folder)
  if (task === 'segment')
    return measureSegmentation(folder, data, (done) => context.step(done, `Measuring ${id}`))
  return withAutoencoder(folder, async ({ autoencoder, manifest, recipe }) => {
    await context.step(0, `Measuring ${manifest.id}`)
    const { test, validation } = await loadExamples(recipe.data, data)
    const pictures = test ?? validation
    const { figures } = await measure(autoencoder, recipe, pictures)
    return { figures, count: pictures.count, parameterCount: manifest.parameterCount }
  })
}
