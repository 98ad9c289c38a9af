import { expect, it } from 'vitest'
import type { BackendName } from '../../contract/backend.ts'
import type { Contender } from './contender.ts'
import { type Limits, lineUp, measure } from './rounds.ts'
import type { Work } from './works.ts'

const LIMITS: Limits = { rounds: 5, budgetMs: 10_000, slowestMs: 1000, pauseMs: 0 }
const WORK: Work = { name: '1000²', kind: 'inference', width: 1000, height: 1000 }
const MODEL = { name: 'model', folder: '/models/model' }

/** Takes, run by run, `times` ms (the last for ever), and computes `value`; then it fails, if it is told when. */
function contender(
  name: BackendName,
  times: number[],
  { value = 0.5, failsAt = Number.POSITIVE_INFINITY } = {},
) {
  const asked: string[] = []
  let runs = 0
  const fake: Contender = {
    name,
    async prepare(_folder, work) {
      asked.push(`prepare ${work.name}`)
    },
    async run() {
      asked.push('run')
      if (runs >= failsAt) throw new Error('It crashes as it computes (SIGSEGV).')
      return { ms: times[Math.min(runs++, times.length - 1)], figures: [value, value] }
    },
  }
  return { ...fake, asked }
}

/** Sample and warm-up, two runs each, that do not count. */
const cold = (ms: number) => [ms, ms, ms, ms]

async function measured(contenders: Contender[], limits = LIMITS) {
  const field = await lineUp(contenders, MODEL.folder)
  const { results } = await measure(field, 'tensorflow', MODEL, WORK, limits)
  return new Map(results.map((result) => [result.backend, result]))
}

it('compares round by round, so that a machine that slows down does not matter', async () => {
  const results = await measured([
    contender('tensorflow', [...cold(1), 10, 20, 30, 40, 50]),
    contender('wasm', [...cold(1), 80, 160, 240, 320, 400]),
  ])
  expect(results.get('tensorflow')).toMatchObject({ ms: 30, ratio: 1, problem: null })
  expect(results.get('wasm')).toMatchObject({ ms: 240, ratio: 8, runs: [80, 160, 240, 320, 400] })
  expect(results.get('wasm')?.megapixelsPerSecond).toBeCloseTo(1 / 0.24)
})

it('does not measure who computes something else than the others', async () => {
  const wrong = contender('webgpu', [1], { value: 0.6 })
  const results = await measured([contender('tensorflow', [10]), wrong])
  expect(results.get('webgpu')).toMatchObject({
    ms: null,
    ratio: null,
    problem: 'It computes wrong numbers: off by 0.10.',
  })
  expect(wrong.asked).not.toContain(`prepare ${WORK.name}`)
})

it('leaves out who would take too long, but for the reference, and says how long', async () => {
  const slow = contender('cpu', [100])
  const results = await measured([contender('tensorflow', [100, 100, 1]), slow])
  expect(results.get('tensorflow')).toMatchObject({ ms: 1, problem: null }) // what the others are put beside never is
  expect(results.get('cpu')).toMatchObject({ ms: null, problem: 'Left out: it takes about 8 s.' }) // 1000² / (128 · 96) · 0.1 s
  expect(slow.asked).not.toContain(`prepare ${WORK.name}`)
})

it('goes on without who crashes, and without ratios where that was the one they were to', async () => {
  const results = await measured([
    contender('tensorflow', [...cold(1), 10], { failsAt: 6 }),
    contender('wasm', [...cold(1), 20]),
  ])
  expect(results.get('tensorflow')).toMatchObject({
    ms: null,
    problem: 'It crashes as it computes (SIGSEGV).',
  })
  expect(results.get('wasm')).toMatchObject({ ms: 20, ratio: null, problem: null })
  expect(results.get('wasm')?.runs).toHaveLength(5)
})

it('makes three rounds however long they take, and no more when the time is up', async () => {
  const results = await measured([contender('tensorflow', [10])], { ...LIMITS, budgetMs: -1 })
  expect(results.get('tensorflow')?.runs).toHaveLength(3)
})
