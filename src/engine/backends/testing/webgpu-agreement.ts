/**
 * For webgpu.test.ts, in a process of its own: Vulkan's loader reads its environment once, as the process starts.
 * Runs every shipped model on `cpu` and on `webgpu`, and sends how far the two are apart.
 */
import { chooseBackend } from '../choose.ts'
import { computeShipped, differenceOf, shippedModels } from './shipped-models.ts'

export type Agreement = {
  device: string
  models: { name: string; output: number; gradient: number }[]
}

/** px: SwiftShader is slow. */
const SIDE = 16

const { device } = await chooseBackend('webgpu')
const agreement: Agreement = { device, models: [] }
for (const name of shippedModels) {
  const expected = await computeShipped('cpu', name, SIDE)
  const computed = await computeShipped('webgpu', name, SIDE)
  agreement.models.push({ name, ...differenceOf(computed, expected) })
}
process.send!(agreement, () => process.exit(0))
