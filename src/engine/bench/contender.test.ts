import path from 'node:path'
import { expect, it } from 'vitest'
import { shippedModels } from '../backends/testing/shipped-models.ts'
import { ContenderProcess } from './contender.ts'

/** Each loads TensorFlow.js anew, beside whatever else the machine does. */
const SLOW_MS = 180_000
const folder = path.join(import.meta.dirname, '../../../models', shippedModels[0])

it(
  'runs a model, and a step of its training, in a process of its own',
  async () => {
    const contender = new ContenderProcess('wasm')
    try {
      expect(await contender.start(true)).toContain('WebAssembly')
      await contender.prepare(folder, { name: 'small', kind: 'inference', width: 32, height: 24 })
      const { ms, figures } = await contender.run()
      expect(ms).toBeGreaterThan(0.1)
      expect(new Set(figures).size).toBeGreaterThan(100)
      expect((await contender.run()).figures).toEqual(figures)
      await contender.prepare(folder, { name: 'step', kind: 'training', batch: 1, patch: 32 })
      const [before, after] = [await contender.run(), await contender.run()]
      expect(after.figures[0]).not.toBe(before.figures[0])
      expect(after.figures[0]).toBeCloseTo(before.figures[0], 2)
    } finally {
      contender.close()
    }
  },
  SLOW_MS,
)

it(
  'says why it can not, and that it is gone',
  async () => {
    const contender = new ContenderProcess('wasm')
    try {
      await contender.start(true)
      const work = { name: 'small', kind: 'inference', width: 32, height: 24 } as const
      await expect(contender.prepare('/no/such/model', work)).rejects.toThrow(
        'There is no model in /no/such/model.',
      )
      const running = contender.prepare(folder, work)
      contender.close()
      await expect(running).rejects.toThrow('It crashes as it computes (SIGKILL).')
      await expect(contender.run()).rejects.toThrow('SIGKILL')
    } finally {
      contender.close()
    }
  },
  SLOW_MS,
)
