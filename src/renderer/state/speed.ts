/** How long denoising will take, from how long it took before. */
import type { Picture } from '../../contract/picture.ts'
import { megapixels } from './words.ts'

/**
 * Seconds for a megapixel, by the largest picture that this model was run on with this backend: in small ones the
 * fixed costs weigh too much. null: never measured.
 */
export function secondsPerMegapixel(
  pictures: Iterable<Picture>,
  model: string,
  backend: string,
): number | null {
  const measured = [...pictures].filter(
    ({ result }) =>
      result?.backend === backend && result.steps.some((step) => 'model' in step && step.model === model),
  )
  const largest = measured.sort((a, b) => megapixels([b]) - megapixels([a]))[0]
  if (!largest?.result || megapixels([largest]) === 0) return null
  return largest.result.seconds / megapixels([largest])
}
