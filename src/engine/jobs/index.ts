/** The table of engine jobs: to add one, add it to contract/engine-protocol.ts, its file and its line here. */
import type { EngineJobKind } from '../../contract/engine-protocol.ts'
import { doctor } from './doctor.ts'
import { evaluate } from './evaluate.ts'
import { exportPicture } from './export.ts'
import { exportModelToOnnx } from './export-onnx.ts'
import { inspect } from './inspect.ts'
import type { JobHandler } from './job.ts'
import { processPicture } from './process.ts'
import { restore } from './restore.ts'
import { trainRecipe } from './train.ts'

export const jobHandlers: { [K in EngineJobKind]: JobHandler<K> } = {
  inspect,
  restore,
  export: exportPicture,
  process: processPicture,
  evaluate,
  train: trainRecipe,
  exportOnnx: exportModelToOnnx,
  doctor,
  warmup: (_input, context) => context.backend(),
}
