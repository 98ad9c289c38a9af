import type { Compute } from '../compute.ts'
import type { JobContext } from './job.ts'

/** A context for one job that nobody watches or cancels: for benchmarks and tests. */
export function aloneWith(compute: Compute): JobContext {
  return {
    compute,
    backend: async () => (await compute.session()).choice,
    step: async () => {},
    isCancelled: () => false,
    signal: new AbortController().signal,
    jobsAtHand: () => 1,
  }
}
