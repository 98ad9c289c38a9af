import { beforeAll, describe, expect, it } from 'vitest'
import { architecture } from '../architectures/index.ts'
import { chooseBackend } from '../backends/choose.ts'
import { random } from '../random.ts'
import { tf } from '../tf.ts'
import type { Batch } from './batch.ts'
import { withoutDeadUnits } from './dead-units.ts'

const parameters = { channels: [24, 40], blocks: [1, 2] }

/** Patches of noise around a brightness. */
function noisy(seed: number, brightness = 0.5): Batch {
  const draw = random(seed)
  const [batch, patch] = [2, 16]
  const input = new Float32Array(batch * patch * patch * 3)
  draw.fillGaussian(input)
  for (const [i, value] of input.entries()) input[i] = brightness + 0.3 * value
  return { step: 0, batch, patch, inputChannels: 3, targetChannels: 3, input, target: input }
}

/** A network in whose layers the units from the given one on are dead. */
function withDead(dead: Record<string, number>) {
  const network = architecture('restoration-unet', parameters)
  const model = network.build(3)
  for (const [name, first] of Object.entries(dead)) {
    const layer = model.getLayer(name)
    const [kernel, bias] = layer.getWeights()
    const off = tf.range(0, bias.size).greaterEqual(first).mul(-1e3)
    layer.setWeights([kernel, bias.add(off)])
  }
  return { network, model }
}

const answer = (model: tf.LayersModel, { input, batch, patch }: Batch) =>
  model.predictOnBatch(tf.tensor4d(input, [batch, patch, patch, 3])) as tf.Tensor

describe('taking dead units out', () => {
  beforeAll(() => chooseBackend())

  it('leaves what a network says on any picture as it was', async () => {
    const { network, model } = withDead({ down1_block1_a: 10, middle2_block1_a: 20, middle2_block2_a: 0 })
    const fewer = await withoutDeadUnits(model, network, [noisy(1), noisy(2, 0.1)])
    expect(fewer.network.parameters).toMatchObject({ ...parameters, hidden: [16, 32, 16, 24] })
    expect(fewer.model.countParams()).toBeLessThan(0.8 * model.countParams())
    const other = noisy(9, 0.8)
    const difference = answer(model, other).sub(answer(fewer.model, other)).abs().max().dataSync()[0]
    expect(difference).toBeLessThan(1e-6)
  })

  it('keeps a unit that one of the pictures needs', async () => {
    const { network, model } = withDead({ middle2_block1_a: 16 })
    const layer = model.getLayer('middle2_block1_a')
    const [kernel, bias] = layer.getWeights()
    const last = tf.oneHot(39, 40).toFloat()
    layer.setWeights([kernel, tf.where(last.greater(0), tf.scalar(-1.5), bias)]) // fires where noise is strong
    const strong = { ...noisy(4), input: noisy(4).input.map((value) => 12 * value) }
    const without = await withoutDeadUnits(model, network, [noisy(1)])
    const withIt = await withoutDeadUnits(model, network, [strong, noisy(1)])
    expect(without.network.parameters).toMatchObject({ hidden: [24, 16, 40, 24] })
    expect(withIt.network.parameters).toMatchObject({ hidden: [24, 32, 40, 24] })
    expect(answer(model, strong).sub(answer(withIt.model, strong)).abs().max().dataSync()[0]).toBeLessThan(
      1e-4,
    )
  })

  it('says that it can tell nothing without a picture', async () => {
    const { network, model } = withDead({})
    await expect(withoutDeadUnits(model, network, [])).rejects.toThrow(/there are none/)
  })
})
