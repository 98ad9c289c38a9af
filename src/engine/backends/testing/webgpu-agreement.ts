/**
 * For webgpu.test.ts, in a process of its own: Vulkan's loader reads its environment once, as the process starts.
 * Runs the restoration net on `cpu` and on `webgpu`, and sends how far the two are apart.
 */
import { architecture } from '../../architectures/index.ts'
import { random } from '../../random.ts'
import { tf } from '../../tf.ts'
import { chooseBackend } from '../choose.ts'

export type Agreement = {
  device: string
  /** Largest difference of the outputs, 0..1. */
  output: number
  /** Length of the gradients' difference, as a share of the gradient's. */
  gradient: number
}

const { device } = await chooseBackend('webgpu')
const expected = await run('cpu')
const computed = await run('webgpu')
const agreement: Agreement = {
  device,
  output: Math.max(...computed.output.map((value, i) => Math.abs(value - expected.output[i]))),
  gradient:
    Math.hypot(...computed.gradient.map((value, i) => value - expected.gradient[i])) /
    Math.hypot(...expected.gradient),
}
process.send!(agreement, () => process.exit(0))

async function run(backend: string) {
  await tf.setBackend(backend)
  const draw = random(4)
  const picture = () =>
    tf.tensor4d(
      Array.from({ length: 16 * 16 * 3 }, () => draw.uniform()),
      [1, 16, 16, 3],
    )
  const [x, y] = [picture(), picture()]
  const model = architecture('restoration-unet', { channels: [4, 8], blocks: [1, 1] }).build(3)
  const output = Array.from(await (model.predictOnBatch(x) as tf.Tensor).data())
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable)
  const loss = () =>
    tf
      .sub(model.apply(x, { training: true }) as tf.Tensor, y)
      .square()
      .mean()
      .asScalar()
  const { grads } = tf.variableGrads(loss, variables)
  const gradient: number[] = []
  for (const { name } of variables) gradient.push(...(await grads[name].data()))
  return { output, gradient }
}
