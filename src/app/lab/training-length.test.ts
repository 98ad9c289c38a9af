import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { LabData, LabSettings, LabSystem } from '../../contract/lab-run.ts'
import { recipeFor } from './recipe-for.ts'
import { readSystems } from './systems.ts'
import { someData } from './testing.ts'

const systems = await readSystems(join(import.meta.dirname, '../../../recipes/zoo'))
const learning = systems.filter(({ recipe }) => 'training' in recipe && recipe.training.method === 'gradient')
const autoencoders = learning.filter(({ recipe }) => recipe.task === 'autoencode')
const segmenters = learning.filter(({ recipe }) => recipe.task === 'segment')
const COUNTS = [2, 3, 30, 100, 299, 1000, 5000]

/** A run's training in steps; `count` of its pictures are 64 × 64 px. */
function planned(system: LabSystem, data: LabData, settings: LabSettings = {}) {
  const recipe = recipeFor(system, data, { fit: 'crop', ...settings }, 'a')
  if (!('training' in recipe) || recipe.training.method !== 'gradient') throw new Error(recipe.task)
  const { batch, length, everySteps, optimizer } = recipe.training
  const apart =
    'validation' in recipe.data ? Number(recipe.data.validation) : Math.round(data.findings.count / 10)
  const epoch = Math.max(1, Math.floor((data.findings.count - Math.max(1, apart)) / batch))
  const steps = 'steps' in length ? length.steps : length.epochs * epoch
  return { batch, steps, validations: steps / everySteps!, warmupSteps: optimizer.warmupSteps }
}

const pictures = (count: number, side = 64) =>
  someData({ count, sizes: [{ width: side, height: side, count }] })

const marked = (system: LabSystem, count: number, side: number) => {
  const kind = system.recipe.task === 'segment' ? system.recipe.data.kind : 'masks'
  return { ...pictures(count, side), findings: { ...pictures(count, side).findings, kind, labels: [0, 1] } }
}

test.each(autoencoders)(
  '$id learns from a few pictures: in enough steps, most of them at full rate',
  (system) => {
    for (const count of COUNTS) {
      const { batch, steps, validations, warmupSteps } = planned(system, pictures(count))
      expect(steps, `of ${count}`).toBeGreaterThanOrEqual(600)
      expect(batch, `of ${count}`).toBeLessThanOrEqual(count)
      expect(warmupSteps / steps, `of ${count}`).toBeLessThanOrEqual(0.1)
      expect(validations, `of ${count}`).toBeGreaterThanOrEqual(10)
      expect(validations, `of ${count}`).toBeLessThan(30)
    }
    expect(planned(system, pictures(1000)).steps).toBeLessThan(1500) // minutes, not hours
  },
)

test.each(autoencoders)('$id learns from 60 000 digits as its recipe says', (system) => {
  const { batch, steps, warmupSteps } = planned(system, someData({ kind: 'mnist', count: 60_000 }))
  if (!('training' in system.recipe) || system.recipe.training.method !== 'gradient')
    throw new Error(system.id)
  const own = system.recipe.training
  const epochs = 'epochs' in own.length ? own.length.epochs : 0
  expect({ batch, steps, warmupSteps }).toEqual({
    batch: own.batch,
    steps: epochs * Math.floor(58_000 / own.batch),
    warmupSteps: own.optimizer.warmupSteps,
  })
})

test.each(segmenters)(
  '$id has the steps of its recipe, and a curve where validations are quick',
  (system) => {
    if (system.recipe.task !== 'segment') throw new Error(system.id)
    const own = system.recipe.training
    const few = planned(system, marked(system, 30, 256))
    expect(few).toMatchObject({ batch: own.batch, steps: 'steps' in own.length && own.length.steps })
    expect(few.validations).toBeGreaterThanOrEqual(10)
    expect(few.warmupSteps / few.steps).toBeLessThanOrEqual(0.1)
    // Validations of large photos would take longer than the training.
    expect(planned(system, marked(system, 1000, 4000)).validations).toBe(few.steps / own.everySteps!)
  },
)

test('what was asked for by hand is done, measured ten times, with a warm-up as short', () => {
  const [system] = autoencoders
  expect(planned(system, pictures(100), { steps: 50, batch: 8 })).toEqual({
    batch: 8,
    steps: 50,
    validations: 10,
    warmupSteps: 5,
  })
  expect(planned(system, pictures(100), { epochs: 40, batch: 9 })).toMatchObject({
    steps: 400,
    validations: 10,
  })
  expect(planned(system, pictures(100), { steps: 3 })).toMatchObject({
    steps: 3,
    validations: 3,
    warmupSteps: 0,
  })
})
