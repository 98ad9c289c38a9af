import type { Picture } from '../../contract/picture.ts'
import type { Step } from '../../contract/step.ts'

/**
 * The map that can be laid over a picture with these steps, below the face's media root. null: there is none, and no button
 * for one, so that none stays where it can't be taken away.
 */
export function noiseMapOf({ noise, noiseMap, result }: Picture, steps: readonly Step[]): string | null {
  if (!noise || !noiseMap || !steps.some(({ task }) => task === 'denoise')) return null
  return result?.noiseMap ?? noiseMap
}
