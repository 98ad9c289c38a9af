import type { ParsedInput } from '../../contract/api.ts'
import type { EngineOutput } from '../../contract/engine-protocol.ts'
import type { EngineProcess } from '../engine-process.ts'
import { type ModelSource, modelFor } from '../step-models.ts'

/**
 * A noisy line before and after the default model of its task; the pictures go into `folder`. Throws `model-unknown`
 * where no model does the task.
 */
export async function prepareText(
  { line, task }: ParsedInput<'prepareLabText'>,
  folder: string,
  models: ModelSource,
  engine: Pick<EngineProcess, 'run'>,
): Promise<EngineOutput<'prepareOcr'>> {
  const model = await modelFor(models, task)
  const steps = [{ task, folder: model.folder, strength: 1 }]
  return engine.run('prepareOcr', { line, steps, folder })
}
