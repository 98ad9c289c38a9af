/** The table of tasks: to add one, add its schema in contract/step.ts, its file and its line here. */
import type { ResolvedStep } from '../../contract/step.ts'
import { colourise } from './colourise.ts'
import { denoise } from './denoise.ts'
import { documentClean } from './document-clean.ts'
import { inpaint } from './inpaint.ts'
import { jpegRepair } from './jpeg-repair.ts'
import { restoreColour } from './restore-colour.ts'
import type { Task } from './task.ts'
import { upscale } from './upscale.ts'

export const tasks: { [T in ResolvedStep['task']]: Task<T> } = {
  denoise,
  'jpeg-repair': jpegRepair,
  upscale,
  'document-clean': documentClean,
  inpaint,
  colourise,
  'restore-colour': restoreColour,
}
