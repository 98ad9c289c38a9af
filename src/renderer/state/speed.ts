/** How long restoring will take, from how long it took before. */
import type { Picture } from '../../contract/picture.ts'
import type { Step } from '../../contract/step.ts'
import { megapixels } from './words.ts'

/**
 * Seconds for a megapixel of the original, by the largest picture that such steps were run on with this backend: in
 * small ones the fixed costs weigh too much. null: never measured.
 */
export function secondsPerMegapixel(
  pictures: Iterable<Picture>,
  such: (steps: Step[]) => boolean,
  backend: string,
): number | null {
  const measured = [...pictures].filter(({ result }) => result?.backend === backend && such(result.steps))
  const largest = measured.sort((a, b) => megapixels([b]) - megapixels([a]))[0]
  if (!largest?.result || megapixels([largest]) === 0) return null
  return largest.result.seconds / megapixels([largest])
}
