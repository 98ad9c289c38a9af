import { inspectFolder } from '../training-data/inspect.ts'
import type { JobHandler } from './job.ts'

export const inspectTrainingData: JobHandler<'inspectData'> = ({ folder }, context) =>
  inspectFolder(folder, (done, label) => context.step(done, label))
