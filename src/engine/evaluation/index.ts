/** The table of evaluations: to add one, add its schema in contract/evaluation.ts, its file and its line here. */
import type { EvaluationTask } from '../../contract/evaluation.ts'
import { colourise } from './colourise.ts'
import { denoise } from './denoise.ts'
import { document } from './document.ts'
import type { Evaluator } from './evaluator.ts'
import { inpaint } from './inpaint.ts'
import { jpeg } from './jpeg.ts'
import { pairs } from './pairs.ts'
import { scratches } from './scratches.ts'
import { upscale } from './upscale.ts'

export const evaluators: { [T in EvaluationTask]: Evaluator<T> } = {
  denoise,
  jpeg,
  upscale,
  document,
  inpaint,
  scratches,
  colourise,
  pairs,
}
