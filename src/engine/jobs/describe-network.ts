import { describeModel } from '../architectures/describe.ts'
import { architecture } from '../architectures/index.ts'
import type { JobHandler } from './job.ts'

export const describeNetwork: JobHandler<'describeNetwork'> = async (input, context) => {
  await context.backend()
  const { name, parameters } = input.architecture
  const model = architecture(name, parameters).build(1)
  try {
    return describeModel(model, input.height, input.width)
  } finally {
    model.dispose()
  }
}
