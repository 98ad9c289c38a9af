import { LimpidError } from '../contract/errors.ts'
import type { ModelSummary } from '../contract/model.ts'
import {
  FIND_SCRATCHES,
  type ResolvedStep,
  resolvedStepSchema,
  type Scale,
  type Step,
  stepSchema,
  type TrainedTask,
} from '../contract/step.ts'

/** Where models are looked for (models.ts, bound to its folders). */
export type ModelSource = {
  /** Fails with `model-unknown`. */
  find(id: string): Promise<ModelSummary>
  /** Damaged ones are among the errors. */
  list(): Promise<{ models: ModelSummary[]; errors: LimpidError[] }>
}

/**
 * Steps as they were asked for → the same with the model that each takes named, and with its folder for the engine.
 * Fails with `model-unknown`, and with `bad-request` where a model was made for something else.
 */
export async function resolveSteps(
  source: ModelSource,
  asked: readonly Step[],
): Promise<{ steps: Step[]; resolved: ResolvedStep[] }> {
  const steps: Step[] = []
  const resolved: ResolvedStep[] = []
  for (const step of asked) {
    if (step.task === 'restore-colour') {
      steps.push(step)
      resolved.push(step)
      continue
    }
    const model = await modelFor(source, step.task, {
      id: step.model,
      scale: step.task === 'upscale' ? step.scale : undefined,
    })
    steps.push(stepSchema.parse({ ...step, model: model.id }))
    const mask = await maskOf(source, step)
    resolved.push(resolvedStepSchema.parse({ ...step, ...mask, folder: model.folder }))
  }
  return { steps, resolved }
}

/** With the model that finds the scratches, where they are to be found. */
async function maskOf(source: ModelSource, step: Step) {
  if (step.task !== 'inpaint' || step.mask.kind !== 'scratches') return {}
  const finder = await modelFor(source, FIND_SCRATCHES)
  return { mask: { ...step.mask, finder: finder.folder } }
}

/** The model of that id if it does the task; without an id the default of the task (and scale). */
export async function modelFor(
  source: ModelSource,
  task: TrainedTask,
  { id, scale }: { id?: string; scale?: Scale } = {},
): Promise<ModelSummary> {
  const does = (model: ModelSummary) =>
    model.task === task && (scale === undefined || model.scale === undefined || model.scale === scale)
  if (id !== undefined) {
    const model = await source.find(id)
    if (does(model)) return model
    const made = model.scale === undefined ? model.task : `${model.task} ×${model.scale}`
    throw new LimpidError(
      'bad-request',
      `The model "${id}" is for ${made}, not for ${inWords(task, scale)}.`,
      {
        hint: 'Leave the model out to take the default one.',
      },
    )
  }
  const fitting = (await source.list()).models.filter(does)
  const preferred = defaultId(task, scale)
  const model =
    fitting.find((one) => one.id === preferred) ?? fitting.find((one) => one.shipped) ?? fitting[0]
  if (model) return model
  throw new LimpidError('model-unknown', `No model for ${inWords(task, scale)} is installed.`, {
    hint: 'Train one with `limpid train`, or put a model folder into models/.',
  })
}

function defaultId(task: TrainedTask, scale?: Scale): string {
  switch (task) {
    case 'denoise':
      return 'denoise-fast'
    case 'upscale':
      return `upscale-${scale}`
    default:
      return task
  }
}

const inWords = (task: TrainedTask, scale?: Scale) => (scale === undefined ? task : `${task} ×${scale}`)
