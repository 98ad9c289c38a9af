/** What went wrong with an engine process, as errors of the job that it was at. */
import type { z } from 'zod'
import type { EngineJobKind } from '../contract/engine-protocol.ts'
import { LimpidError } from '../contract/errors.ts'
import { activity } from './engine-activity.ts'

type Job = { kind: EngineJobKind; input: unknown }

export function cancelled(job: Job): LimpidError {
  return new LimpidError('cancelled', `Cancelled while ${activity(job)}.`)
}

/** `how` it ended, in words that follow "The engine"; `said`: its last words. */
export function crashed(job: Job, how: string, signal: string | null, said: string): LimpidError {
  // Linux's out-of-memory killer sends SIGKILL; Node says so itself when it is its own heap.
  const memory = signal === 'SIGKILL' || /heap out of memory|bad_alloc/.test(said)
  const hint = memory
    ? 'The computer probably ran out of memory: close other programs, then try again.'
    : 'Try again; the engine starts afresh. If it happens again, `limpid doctor` shows what the engine needs.'
  return new LimpidError('engine-crashed', `The engine ${how} while ${activity(job)}.`, {
    hint,
    cause: new Error(said),
  })
}

/** It answered what the contract does not know. */
export function misfit(job: Job, error: z.ZodError): LimpidError {
  const issue = error.issues[0]
  const place = issue?.path.join('.') || 'message'
  return new LimpidError(
    'internal',
    `The engine gave an answer that does not fit while ${activity(job)} (${place}: ${issue?.message}).`,
    { hint: 'This is a bug in Limpid. Please report it with what you did.', cause: error },
  )
}
