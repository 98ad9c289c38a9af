import type { BackendName } from '../../contract/backend.ts'
import { LimpidError } from '../../contract/errors.ts'

/** One way to compute: what it takes to have tfjs run on it. To add one, add its file and its line in index.ts. */
export type Backend = {
  name: BackendName
  /**
   * Loads it and makes it tfjs's current backend. Throws `backend-unavailable`: the message says why it can't be used
   * here, the hint what to do. Unless `asked` for by name, it declines a device that a lesser backend would beat.
   */
  start(options: { asked: boolean }): Promise<Started>
}

export type Started = {
  device: string
  /** What could be better, and how. */
  note?: string
  /** What it has to compute in, bytes. */
  memory?: number
  /** Of the GPU. */
  driver?: string
}

/** Why a backend can't be used, in one sentence, and what to do about it, in another. */
export function unavailable(problem: string, remedy: string, cause?: unknown): LimpidError {
  return new LimpidError('backend-unavailable', problem, { hint: remedy, cause })
}
