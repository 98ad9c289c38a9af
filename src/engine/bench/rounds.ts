/** One work on every contender, in turns: A B C, A B C, …, so that whatever else the machine does meets them all alike. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { BackendName } from '../../contract/backend.ts'
import type { BenchMeasurement } from '../../contract/bench.ts'
import type { Contender } from './contender.ts'
import { pixelsOf, SAMPLE, type Work } from './works.ts'

export type Limits = {
  rounds: number
  /** No further round is begun after this, but three are made, ms. */
  budgetMs: number
  /** Who would take longer for one run is left out, but for the reference, ms. */
  slowestMs: number
  /** Before each run: threads of who ran last may still spin, waiting for work, ms. */
  pauseMs: number
}

/** Who is measured on a model, with the time that each takes for a pixel, ms; and who is not, with the reason. */
export type Field = { speeds: Map<Contender, number>; problems: Map<BackendName, string> }

/** A speed of wrong numbers is none: who fails, or differs from the first that answers, is left out. */
export async function lineUp(contenders: readonly Contender[], folder: string): Promise<Field> {
  const field: Field = { speeds: new Map(), problems: new Map() }
  let expected: number[] | null = null
  for (const contender of contenders) {
    try {
      await contender.prepare(folder, SAMPLE)
      const [first, second] = [await contender.run(), await contender.run()]
      expected ??= second.figures
      requireEqual(second.figures, expected, 1e-3)
      field.speeds.set(contender, Math.min(first.ms, second.ms) / pixelsOf(SAMPLE))
    } catch (thrown) {
      field.problems.set(contender.name, messageOf(thrown))
    }
  }
  return field
}

export async function measure(
  field: Field,
  reference: BackendName,
  model: { name: string; folder: string },
  work: Work,
  limits: Limits,
): Promise<BenchMeasurement> {
  const runners = await warmUp(field, reference, model.folder, work, limits)
  const start = performance.now()
  for (let round = 0; round < limits.rounds; round++) {
    if (round >= 3 && performance.now() - start > limits.budgetMs) break
    for (const runner of runners) {
      if (runner.problem !== null) continue
      await sleep(limits.pauseMs)
      await runner.contender.run().then(
        ({ ms }) => runner.runs.push(ms),
        (thrown) => fail(runner, thrown),
      )
    }
  }
  const theirs = runners.find(({ contender }) => contender.name === reference)
  const measured = runners.map((runner) => resultOf(runner, theirs, pixelsOf(work)))
  const absent = [...field.problems].map(([backend, problem]) => ({ ...NOT_MEASURED, backend, problem }))
  return { model: model.name, work: work.name, results: [...measured, ...absent] }
}

type Runner = {
  contender: Contender
  /** ms */
  runs: number[]
  problem: string | null
}

function fail(runner: Runner, thrown: unknown): void {
  runner.problem = messageOf(thrown)
  runner.runs = []
}

/** Everybody's first two runs, which do not count: they compile, allocate, and show whether the numbers are right. */
async function warmUp(
  { speeds }: Field,
  reference: BackendName,
  folder: string,
  work: Work,
  limits: Limits,
): Promise<Runner[]> {
  const runners: Runner[] = []
  // A training step is the forward pass and about twice that backward.
  const passes = work.kind === 'training' ? 3 : 1
  let expected: number[] | null = null
  for (const [contender, speed] of speeds) {
    const runner: Runner = { contender, runs: [], problem: null }
    runners.push(runner)
    const expectedMs = speed * pixelsOf(work) * passes
    if (expectedMs > limits.slowestMs && contender.name !== reference) {
      runner.problem = `Left out: it takes about ${Math.round(expectedMs / 1000)} s.`
      continue
    }
    try {
      await contender.prepare(folder, work)
      await contender.run()
      // Of training: the loss after one step, which tells of the gradient.
      const { figures } = await contender.run()
      expected ??= figures
      requireEqual(figures, expected, 1e-3)
    } catch (thrown) {
      fail(runner, thrown)
    }
  }
  return runners
}

const NOT_MEASURED = { ratio: null, ms: null, megapixelsPerSecond: null, runs: [] }

function resultOf({ contender, runs, problem }: Runner, theirs: Runner | undefined, pixels: number) {
  const backend = contender.name
  if (problem !== null) return { ...NOT_MEASURED, backend, problem }
  const ms = median(runs)
  const ratio = theirs?.problem === null ? median(runs.map((own, round) => own / theirs.runs[round])) : null
  return { backend, ratio, ms, megapixelsPerSecond: pixels / ms / 1000, runs, problem }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

function requireEqual(figures: number[], expected: number[], tolerance: number): void {
  const worst = Math.max(...figures.map((value, i) => Math.abs(value - expected[i])))
  if (!(worst <= tolerance)) throw new Error(`It computes wrong numbers: off by ${worst.toPrecision(2)}.`)
}

const messageOf = (thrown: unknown) => (thrown instanceof Error ? thrown.message : String(thrown))
