import path from 'node:path'
import type { Scale } from '../../contract/step.ts'
import { readManifest } from '../models/model-file.ts'
import { loadExamples } from '../zoo/examples.ts'
import { measure } from '../zoo/measure.ts'
import { withAutoencoder } from '../zoo/open-autoencoder.ts'
import { measureSegmentation } from '../zoo/segmentation/measure.ts'
import { evaluate } from './evaluate.ts'
import type { JobContext, JobHandler } from './job.ts'

/** Measures a trained system of the Lab on pictures that training never looked at. */
export const measureModel: JobHandler<'measure'> = async ({ folder, data }, context) => {
  await context.backend()
  const { id, task, scale, parameterCount } = await readManifest(folder)
  if (task === 'segment')
    return measureSegmentation(folder, data, (done) => context.step(done, `Measuring ${id}`))
  if (task === 'upscale' && scale)
    return { ...(await measureEnlarging(folder, data, scale, context)), parameterCount }
  return withAutoencoder(folder, async ({ autoencoder, manifest, recipe }) => {
    await context.step(0, `Measuring ${manifest.id}`)
    const { test, validation } = await loadExamples(recipe.data, data)
    const pictures = test ?? validation
    const { figures } = await measure(autoencoder, recipe, pictures)
    return { figures, count: pictures.count, parameterCount: manifest.parameterCount }
  })
}

/** Super-resolution is measured as its papers do: on the luma of Set5, beside bicubic. */
async function measureEnlarging(folder: string, data: string, scale: Scale, context: JobContext) {
  const set5 = path.join(data, 'sr', 'set5')
  const { psnr, inputPsnr, ssim, count } = await evaluate(
    { task: 'upscale', folder, data: set5, scale },
    context,
  )
  const figures = {
    'PSNR (dB)': psnr,
    'PSNR of bicubic (dB)': inputPsnr,
    'gain over bicubic (dB)': psnr - inputPsnr,
    SSIM: ssim,
  }
  return { figures, count }
}
