/** Which model a step takes: the one that was chosen, else the one that the application would take by itself. */
import type { ModelSummary } from '../../contract/model.ts'
import { SCALES, type Scale, type Step } from '../../contract/step.ts'

/** Those that can do it; of an enlarging step, at its scale. */
export function modelsFor(models: readonly ModelSummary[], step: Step): ModelSummary[] {
  return models.filter(
    ({ task, scale }) =>
      task === step.task && (step.task !== 'upscale' || scale === undefined || scale === step.scale),
  )
}

/** The scales that there is a model for. */
export function scalesOf(models: readonly ModelSummary[]): Scale[] {
  return SCALES.filter((scale) => modelsFor(models, { task: 'upscale', scale, strength: 1 }).length > 0)
}

/** The step with its model named, at a scale that can be had; null: there is no model for it. */
export function withModel(models: readonly ModelSummary[], step: Step): Step | null {
  if (step.task === 'restore-colour') return step
  const fitting = modelsFor(models, step)
  if (fitting.length === 0) {
    const other = step.task === 'upscale' ? scalesOf(models)[0] : undefined
    return step.task === 'upscale' && other ? withModel(models, { ...step, scale: other }) : null
  }
  const preferred = step.task === 'upscale' ? `upscale-${step.scale}` : (DEFAULTS[step.task] ?? step.task)
  const model =
    fitting.find(({ id }) => id === step.model) ??
    fitting.find(({ id }) => id === preferred) ??
    fitting.find(({ shipped }) => shipped) ??
    fitting[0]!
  return { ...step, model: model.id }
}

const DEFAULTS: Partial<Record<Step['task'], string>> = { denoise: 'denoise-fast' }
