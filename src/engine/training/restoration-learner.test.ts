import { beforeAll, describe, expect, it } from 'vitest'
import type { DegradationSpec } from '../../contract/degradations.ts'
import { chooseBackend } from '../backends/choose.ts'
import { tf } from '../tf.ts'
import { batchOf } from './batch.ts'
import { restorationLoss } from './restoration-learner.ts'
import { tinyRecipe } from './testing/tiny-recipe.ts'
import { validate } from './validation.ts'

const SIDE = 4

/** Gives every pixel the same number. */
function always(value: number, inputChannels: number, outputChannels = 3) {
  const options = { filters: outputChannels, kernelSize: 1, inputShape: [null, null, inputChannels] }
  const biasInitializer = tf.initializers.constant({ value })
  return tf.sequential({
    layers: [tf.layers.conv2d({ ...options, kernelInitializer: 'zeros', biasInitializer })],
  })
}

describe('validation', () => {
  beforeAll(() => chooseBackend('cpu'))
  const samples = new Uint8Array(new SharedArrayBuffer(32 * 32 * 3)).fill(128)
  const pictures = [{ name: 'grey', width: 32, height: 32, samples }]
  const settings = (degradations: DegradationSpec[]) => ({
    everySteps: 1,
    crop: 32,
    sigmas: [],
    settings: [{ name: 'there', degradations }],
  })

  it('gives a figure, not infinity, where a network makes no error', async () => {
    const recipe = { ...tinyRecipe(), task: 'find-scratches' as const, validation: settings([]) }
    expect(await validate(always(0, 3, 1), pictures, recipe)).toEqual([100])
  })

  it('says so where nothing is lost that could be filled in', async () => {
    const none: DegradationSpec[] = [{ kind: 'scratches', share: [0, 0], width: [1, 1] }]
    const recipe = { ...tinyRecipe(), task: 'inpaint' as const, validation: settings(none) }
    await expect(validate(always(0, 4), pictures, recipe)).rejects.toMatchObject({
      code: 'recipe-invalid',
      message: expect.stringContaining('at there'),
    })
  })
})

describe('the loss of a restoration network', () => {
  beforeAll(() => chooseBackend('cpu'))

  const patch = (value: number, mask?: Float32Array) => ({
    width: SIDE,
    height: SIDE,
    channels: 3 as const,
    values: new Float32Array(SIDE * SIDE * 3).fill(value),
    mask,
  })

  it('is the mean error of all pixels', () => {
    const batch = batchOf('denoise', 0, [{ clean: patch(0.25), degraded: patch(0.5) }])
    const loss = restorationLoss(always(0.75, 3), batch, 'l1')
    expect(loss.dataSync()[0]).toBeCloseTo(0.5, 6)
  })

  it('counts what is lost alone, where a mask says so', () => {
    const mask = new Float32Array(SIDE * SIDE)
    mask[5] = 1
    const clean = patch(0.25)
    clean.values.set([0.5, 0.5, 0.5], 15) // the lost pixel
    const batch = batchOf('inpaint', 0, [{ clean, degraded: patch(0.25, mask) }])
    expect(restorationLoss(always(0.75, 4), batch, 'l1').dataSync()[0]).toBeCloseTo(0.25, 6)
    expect(restorationLoss(always(0.5, 4), batch, 'l1').dataSync()[0]).toBeCloseTo(0, 6)
  })

  it('is that of the mask where scratches are to be found, in pictures without any too', () => {
    const mask = new Float32Array(SIDE * SIDE)
    mask[5] = 1
    const pairs = [patch(0.25, mask), patch(0.25)].map((degraded) => ({ clean: patch(0.25), degraded }))
    const batch = batchOf('find-scratches', 0, pairs)
    expect(batch).toMatchObject({ inputChannels: 3, targetChannels: 1 })
    expect([...batch.target]).toEqual([...mask, ...new Float32Array(SIDE * SIDE)])
    expect(restorationLoss(always(0.25, 3, 1), batch, 'l1').dataSync()[0]).toBeCloseTo(
      (0.75 + 31 * 0.25) / 32,
      6,
    )
  })

  it('is 0, not NaN, where nothing is lost', () => {
    const batch = batchOf('inpaint', 0, [{ clean: patch(0.25), degraded: patch(0.25) }])
    expect(restorationLoss(always(0.75, 4), batch, 'l2').dataSync()[0]).toBe(0)
  })
})
