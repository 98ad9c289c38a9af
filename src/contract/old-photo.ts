import type { Scale, Step } from './step.ts'

/** Which steps of the old-photo preset are wanted; all of them, twice the size, if nothing is said. */
export type OldPhoto = { scratches?: boolean; denoise?: boolean; colour?: boolean; scale?: Scale | null }

/**
 * The old-photo preset as steps, in the order in which they help each other: scratches first, for they are neither noise
 * nor colour; the colours are stretched when the noise is gone; the enlarging comes last, on a clean picture.
 */
export function oldPhotoSteps({
  scratches = true,
  denoise = true,
  colour = true,
  scale = 2,
}: OldPhoto = {}): Step[] {
  const steps: Step[] = []
  if (scratches) steps.push({ task: 'inpaint', mask: { kind: 'scratches' }, strength: 1 })
  if (denoise) steps.push({ task: 'denoise', strength: 1 })
  if (colour) steps.push({ task: 'restore-colour', strength: 0.8 })
  if (scale !== null) steps.push({ task: 'upscale', scale, strength: 1 })
  return steps
}
