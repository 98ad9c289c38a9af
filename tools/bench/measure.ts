/** One work on every peer, in turns: A B C, A B C, …, so that whatever else the machine does meets them all alike. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { BenchNetwork } from './networks.ts'
import { OTHERS } from './peers/index.ts'
import type { Peer, Run } from './peers/peer.ts'
import { type NamedWork, pixelsOf } from './work.ts'

export type Limits = {
  rounds: number
  /** No further round is begun after this, but three are made, ms. */
  budgetMs: number
  /** A peer that would take longer for one run is left out, ms. */
  slowestMs: number
}

export type Result = {
  peer: string
  /** Median over the rounds, ms; null if it was not measured. */
  ms: number | null
  /** Why not. */
  problem: string | null
  /** Of its time to that of each other engine: the median over the rounds of the round's own ratio. */
  ratios: Record<string, number>
  /** Million pixels a second. */
  megapixelsPerSecond: number | null
  /** Every run, ms. */
  runs: number[]
}

export type Measurement = { network: string; work: string; results: Result[] }

/** Threads of the engine that ran last may still spin, waiting for work; let them fall asleep. */
const PAUSE_MS = 150

/** Expected time for a pixel, ms, of each peer on one network. Found by `compareOutputs`. */
export type Speeds = Map<string, number>

/**
 * Runs a small picture through every peer and compares: a speed of wrong numbers is none. Returns the speeds, and
 * takes out of the race, with the reason in `problems`, whoever fails or differs from the first peer that answers.
 */
export async function compareOutputs(peers: readonly Peer[], network: BenchNetwork) {
  const work = network.sample
  const speeds: Speeds = new Map()
  const problems = new Map<string, string>()
  let reference: number[] | undefined
  for (const peer of peers) {
    try {
      await peer.prepare(network, work)
      const first = await peer.run()
      const second = await peer.run()
      reference ??= second.figures
      requireEqual(second.figures, reference, 1e-3)
      speeds.set(peer.id, Math.min(first.ms, second.ms) / pixelsOf(work))
    } catch (thrown) {
      problems.set(peer.id, messageOf(thrown))
    }
  }
  return { speeds, problems }
}

export async function measure(
  peers: readonly Peer[],
  network: BenchNetwork,
  { name, work }: NamedWork,
  speeds: Speeds,
  limits: Limits,
): Promise<Measurement> {
  const runs = new Map<string, number[]>()
  const problems = new Map<string, string>()
  // A training step is the forward pass and about twice that backward.
  const passes = work.kind === 'training' ? 3 : 1
  let reference: number[] | undefined
  for (const peer of peers) {
    const expectedMs = (speeds.get(peer.id) ?? 0) * pixelsOf(work) * passes
    if (expectedMs > limits.slowestMs) {
      problems.set(peer.id, `left out: about ${Math.round(expectedMs / 1000)} s a run`)
      continue
    }
    try {
      await peer.prepare(network, work)
      await peer.run()
      const { figures } = await peer.run() // of training: the loss after one step, which tells of the gradient
      reference ??= figures
      if (work.kind === 'training') requireEqual(figures, reference, 0.001 * reference[0])
      else if (figures.some((value) => !Number.isFinite(value))) throw new Error('wrong numbers: not finite')
      runs.set(peer.id, [])
    } catch (thrown) {
      problems.set(peer.id, messageOf(thrown))
    }
  }

  const start = performance.now()
  for (let round = 0; round < limits.rounds; round++) {
    if (round >= 3 && performance.now() - start > limits.budgetMs) break
    for (const peer of peers) {
      const mine = runs.get(peer.id)
      if (!mine) continue
      await sleep(PAUSE_MS)
      const done: Run | Error = await peer.run().catch((thrown) => thrown as Error)
      if (done instanceof Error) {
        runs.delete(peer.id)
        problems.set(peer.id, done.message)
      } else mine.push(done.ms)
    }
  }
  const results = peers.map((peer) => resultOf(peer.id, runs, problems.get(peer.id) ?? null, pixelsOf(work)))
  return { network: network.name, work: name, results }
}

/** Exported for its test. */
export function resultOf(
  peer: string,
  runs: ReadonlyMap<string, number[]>,
  problem: string | null,
  pixels: number,
): Result {
  const mine = runs.get(peer)
  if (!mine) return { peer, ms: null, problem, ratios: {}, megapixelsPerSecond: null, runs: [] }
  const ratios: Record<string, number> = {}
  for (const other of OTHERS) {
    const theirs = runs.get(other)
    if (theirs && other !== peer) ratios[other] = median(mine.map((ms, round) => ms / theirs[round]))
  }
  const ms = median(mine)
  return { peer, ms, problem, ratios, megapixelsPerSecond: pixels / ms / 1000, runs: mine }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

function requireEqual(figures: number[], reference: number[], tolerance: number): void {
  const worst = Math.max(...figures.map((value, i) => Math.abs(value - reference[i])))
  if (!(worst <= tolerance)) throw new Error(`wrong numbers: off by ${worst.toPrecision(2)}`)
}

const messageOf = (thrown: unknown) => (thrown instanceof Error ? thrown.message : String(thrown))
