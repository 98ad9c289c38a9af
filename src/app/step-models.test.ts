import { expect, test } from 'vitest'
import { LimpidError } from '../contract/errors.ts'
import type { ModelSummary } from '../contract/model.ts'
import { type ModelSource, modelFor, resolveSteps } from './step-models.ts'

function source(...models: Partial<ModelSummary>[]): ModelSource {
  const all = models.map(
    (model) => ({ shipped: true, folder: `/models/${model.id}`, ...model }) as ModelSummary,
  )
  return {
    async find(id) {
      const found = all.find((model) => model.id === id)
      if (found) return found
      throw new LimpidError('model-unknown', `There is no model "${id}".`)
    },
    list: async () => ({ models: all, errors: [] }),
  }
}

const MODELS = source(
  { id: 'a-denoiser', task: 'denoise' },
  { id: 'denoise-fast', task: 'denoise' },
  { id: 'mine', task: 'jpeg-repair', shipped: false },
  { id: 'upscale-2', task: 'upscale', scale: 2 },
  { id: 'upscale-3', task: 'upscale', scale: 3 },
)

test('a step without a model takes the default of its task and scale, and says which', async () => {
  const { steps, resolved } = await resolveSteps(MODELS, [
    { task: 'restore-colour', strength: 0.5 },
    { task: 'denoise', strength: 1 },
    { task: 'upscale', scale: 3, strength: 1, ensemble: true },
  ])
  expect(steps).toEqual([
    { task: 'restore-colour', strength: 0.5 },
    { task: 'denoise', strength: 1, model: 'denoise-fast' },
    { task: 'upscale', scale: 3, strength: 1, ensemble: true, model: 'upscale-3' },
  ])
  expect(resolved).toEqual([
    { task: 'restore-colour', strength: 0.5 },
    { task: 'denoise', strength: 1, folder: '/models/denoise-fast' },
    { task: 'upscale', scale: 3, strength: 1, ensemble: true, folder: '/models/upscale-3' },
  ])
})

test('a model that is named is taken, and the user’s own where none is shipped', async () => {
  expect(await modelFor(MODELS, 'denoise', { id: 'a-denoiser' })).toMatchObject({ id: 'a-denoiser' })
  expect(await modelFor(MODELS, 'jpeg-repair')).toMatchObject({ id: 'mine' })
})

test('a model without a scale enlarges by any', async () => {
  const any = source({ id: 'upscale-any', task: 'upscale' })
  expect(await modelFor(any, 'upscale', { scale: 4 })).toMatchObject({ id: 'upscale-any' })
})

test('scratches that are to be found by themselves get the model that finds them; painted ones need none', async () => {
  const models = source({ id: 'inpaint', task: 'inpaint' }, { id: 'find-scratches', task: 'find-scratches' })
  const painted = { kind: 'file', path: '/mask.png' } as const
  const { steps, resolved } = await resolveSteps(models, [
    { task: 'inpaint', mask: { kind: 'scratches' }, strength: 1 },
    { task: 'inpaint', mask: painted, strength: 1 },
  ])
  expect(steps[0]).toEqual({ task: 'inpaint', mask: { kind: 'scratches' }, strength: 1, model: 'inpaint' })
  expect(resolved).toEqual([
    {
      task: 'inpaint',
      mask: { kind: 'scratches', finder: '/models/find-scratches' },
      strength: 1,
      folder: '/models/inpaint',
    },
    { task: 'inpaint', mask: painted, strength: 1, folder: '/models/inpaint' },
  ])
})

test.each([
  ['none there is for the task', 'inpaint', {}, 'model-unknown', 'inpaint'],
  ['none there is for the scale', 'upscale', { scale: 4 }, 'model-unknown', '×4'],
  ['one for another task', 'denoise', { id: 'mine' }, 'bad-request', 'jpeg-repair'],
  ['one for another scale', 'upscale', { id: 'upscale-2', scale: 3 }, 'bad-request', 'upscale ×2'],
] as const)('%s: an error that says so', async (_, task, wish, code, told) => {
  await expect(modelFor(MODELS, task, wish)).rejects.toMatchObject({
    code,
    message: expect.stringContaining(told),
  })
})
