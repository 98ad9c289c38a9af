/** What every engine job is given beside its input. */
import type { BackendChoice } from '../../contract/backend.ts'
import type { EngineInput, EngineJobKind, EngineOutput, Progress } from '../../contract/engine-protocol.ts'
import type { Compute } from '../compute.ts'

export type JobContext = {
  /** What to compute with. */
  compute: Compute
  /** The backend in use; starts one if none runs yet. */
  backend(): Promise<BackendChoice>
  /** Reports progress (0..1), lets messages in, and throws `cancelled` if somebody cancelled. */
  step(done: number, label: string, training?: Progress['training']): Promise<void>
  /** True once somebody cancelled: for jobs that end in an orderly way of their own. */
  isCancelled(): boolean
  /** Aborts when somebody cancels. */
  signal: AbortSignal
  /** Jobs that this process has at hand, this one included: they share its workers. */
  jobsAtHand(): number
}

export type JobHandler<K extends EngineJobKind> = (
  input: EngineInput<K>,
  context: JobContext,
) => Promise<EngineOutput<K>>

/** Peak memory of this process so far, bytes. */
export function peakMemory(): number {
  return process.resourceUsage().maxRSS * 1024
}
