/** The steps that there are, in the order in which they help each other, each with what it is called. */
import type { Step } from '../../contract/step.ts'

type Task = Step['task']
type StepKind = {
  title: string
  /** What it does, in a sentence. */
  about: string
  /** Of which the missing model would be: "No model for … is installed yet." */
  model: string
  /** As it is put into a stack for the first time, off. */
  fresh: Step
}

export const STEP_KINDS: Record<Task, StepKind> = {
  'jpeg-repair': {
    title: 'Repair JPEG',
    about: 'Takes out the blocks and rims of strong compression.',
    model: 'repairing JPEGs',
    fresh: { task: 'jpeg-repair', strength: 1 },
  },
  inpaint: {
    title: 'Fill in',
    about: 'Fills scratches and holes with what is around them.',
    model: 'filling in',
    fresh: { task: 'inpaint', mask: { kind: 'scratches' }, strength: 1 },
  },
  denoise: {
    title: 'Denoise',
    about: 'Takes out the noise and keeps the detail.',
    model: 'denoising',
    fresh: { task: 'denoise', strength: 1 },
  },
  'document-clean': {
    title: 'Clean document',
    about: 'Takes stains, shadows and show-through off a page. The result is grey.',
    model: 'cleaning documents',
    fresh: { task: 'document-clean', strength: 1 },
  },
  'restore-colour': {
    title: 'Restore colours',
    about: 'Gives faded colours their range back.',
    model: 'restoring colours',
    fresh: { task: 'restore-colour', strength: 0.8 },
  },
  colourise: {
    title: 'Colourise',
    about: 'Guesses the colours of a black-and-white picture.',
    model: 'colourising',
    fresh: { task: 'colourise', strength: 1 },
  },
  upscale: {
    title: 'Enlarge',
    about: 'Makes it larger and sharper than enlarging alone would.',
    model: 'enlarging',
    fresh: { task: 'upscale', scale: 2, strength: 1 },
  },
}

export const STEP_ORDER = Object.keys(STEP_KINDS) as Task[]

/** Steps that can be computed slower and finer. */
type FinerStep = Extract<Step, { ensemble?: boolean | undefined }>
export function canBeFiner(step: Step): step is FinerStep {
  return step.task === 'denoise' || step.task === 'jpeg-repair' || step.task === 'upscale'
}
