import { LimpidError } from '../../contract/errors.ts'
import { describeModel } from '../architectures/describe.ts'
import { architecture } from '../architectures/index.ts'
import type { JobHandler } from './job.ts'

export const describeNetwork: JobHandler<'describeNetwork'> = async (input, context) => {
  await context.backend()
  const { name, parameters } = input.architecture
  const { build, sizeMultiple } = architecture(name, parameters)
  requireSides(sizeMultiple, input.height, input.width)
  const model = build(1)
  try {
    return describeModel(model, input.height, input.width)
  } finally {
    model.dispose()
  }
}

/** A network that halves its pictures some times takes multiples of 2ⁿ px. */
function requireSides(multiple: number, height: number, width: number): void {
  const unfit = [...new Set([width, height])].filter((side) => side % multiple !== 0)
  if (unfit.length === 0) return
  const nearest = unfit.map((side) => {
    const below = side - (side % multiple)
    return `${below > 0 ? `${below} or ` : ''}${below + multiple} px instead of ${side}`
  })
  const message = `This network takes sides that are multiples of ${multiple} px, not ${width} × ${height} px.`
  throw new LimpidError('recipe-invalid', message, { hint: `Take ${nearest.join(', ')}.` })
}
