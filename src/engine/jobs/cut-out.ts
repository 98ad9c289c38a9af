import { decodePicture } from '../imaging/decode.ts'
import { encodePicture, requireTarget } from '../imaging/encode.ts'
import { cutOut } from '../zoo/segmentation/cut-out.ts'
import { withSegmenter } from '../zoo/segmentation/open-segmenter.ts'
import { type JobHandler, peakMemory } from './job.ts'

/** From file to file: what a mask's model marks in a picture, without the rest. */
export const cutOutPicture: JobHandler<'cutOut'> = async (input, context) => {
  const { path: file, folder, background, target, mask } = input
  const start = performance.now()
  await requireTarget(target) // before the work, not after
  if (mask) await requireTarget(mask)
  const { name: backend } = await context.backend()
  const { raster, meta } = await decodePicture(file)
  let modelMs = 0
  const made = await withSegmenter(folder, async (segmenter) => {
    const before = performance.now()
    const result = await cutOut(raster, segmenter, background, (done) => context.step(done, 'Cutting out'))
    modelMs = performance.now() - before
    return result
  })
  const saved = await encodePicture(made.picture, meta, target)
  return {
    saved,
    mask: mask ? await encodePicture(made.mask, null, mask) : null,
    share: made.share,
    backend,
    seconds: (performance.now() - start) / 1000,
    modelSeconds: modelMs / 1000,
    megapixels: (raster.width * raster.height) / 1e6,
    peakMemory: peakMemory(),
  }
}
