import { beforeAll, expect, test } from 'vitest'
import { chooseBackend } from '../backends/choose.ts'
import { describeModel } from './describe.ts'
import { architecture } from './index.ts'

beforeAll(async () => {
  await chooseBackend('cpu')
})

test('a U-Net has the shapes, weights and cost that its paper’s arithmetic gives', () => {
  const network = architecture('unet', { filters: 4, depth: 1, dropout: 0, batchNorm: false })
  const model = network.build(1)
  const { layers, parameterCount, megaMacs, picture } = describeModel(model, 16, 32)
  model.dispose()
  expect(picture).toEqual([16, 32, 3])
  const layer = (name: string) => layers.find((one) => one.name === name)
  expect(layer('down1_a')).toMatchObject({
    shape: [16, 32, 4],
    parameters: 3 * 9 * 4 + 4,
    inputs: ['picture'],
  })
  expect(layer('bottom_b')).toMatchObject({ shape: [8, 16, 8], macs: 8 * 16 * 9 * 8 * 8 })
  expect(layer('up1_sample')).toMatchObject({ shape: [16, 32, 4], macs: 8 * 16 * 4 * 8 * 4 })
  expect(layer('up1_skip')?.inputs).toHaveLength(2)
  expect(layer('up1_skip')?.shape).toEqual([16, 32, 8])
  expect(parameterCount).toBe(layers.reduce((sum, { parameters }) => sum + parameters, 0))
  expect(megaMacs).toBeCloseTo(layers.reduce((sum, { macs }) => sum + macs, 0) / 1e6)
})

test('SegNet’s poolings, which give two outputs, are walked through', () => {
  const model = architecture('segnet', { filters: [4, 8], convolutions: [1, 1], outputChannels: 5 }).build(1)
  const { layers } = describeModel(model, 32, 32)
  model.dispose()
  expect(layers.at(-1)).toMatchObject({ shape: [32, 32, 5] })
})
