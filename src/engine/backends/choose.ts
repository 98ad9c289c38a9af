/** Chooses the backend: the best that works here, or the one that somebody asks for. */
import type { BackendChoice, BackendName } from '../../contract/backend.ts'
import { LimpidError } from '../../contract/errors.ts'
import type { Backend, Started } from './backend.ts'
import { backends } from './index.ts'
import { probe } from './probe.ts'

/**
 * Starts and probes a backend and leaves it as tfjs's current one: the first of the table that proves itself, or
 * `wanted`, which fails with `backend-unavailable` rather than give way to another.
 */
export async function chooseBackend(
  wanted?: BackendName,
  table: readonly Backend[] = backends,
  trial: Trial = (_name, start) => start(),
): Promise<BackendChoice> {
  const passedOver: Failure[] = []
  for (const backend of table) {
    if (wanted && backend.name !== wanted) continue
    try {
      const { device } = await trial(backend.name, () => startProven(backend, wanted !== undefined))
      return {
        name: backend.name,
        device,
        passedOver: passedOver.map(({ name, problem }) => ({ name, problem })),
      }
    } catch (thrown) {
      passedOver.push({ name: backend.name, ...describeFailure(thrown) })
    }
  }
  if (wanted) throw await refusal(wanted, passedOver[0], table, trial)
  const reasons = passedOver.map(({ name, problem }) => `${name}: ${problem}`).join(' ')
  throw new LimpidError('backend-unavailable', `No backend works here. ${reasons}`, {
    hint: passedOver[0]?.remedy,
  })
}

/** Starts a backend and compares its numbers with known ones. Throws `backend-unavailable`. */
export async function startProven(backend: Backend, asked: boolean): Promise<Started> {
  const started = await backend.start({ asked })
  await probe()
  return started
}

/** Why a backend failed and what to do, in one sentence each. */
export function describeFailure(thrown: unknown): { problem: string; remedy: string } {
  const message = (thrown instanceof Error ? thrown.message : String(thrown)).split('\n')[0]
  const known = thrown instanceof LimpidError && thrown.code === 'backend-unavailable'
  return known
    ? { problem: thrown.message, remedy: thrown.hint ?? '' }
    : { problem: `It fails as it starts: ${message}`, remedy: 'Report this as a bug of Limpid.' }
}

/** Does the start of a backend, for those who want to know of it: it may crash the process. */
export type Trial = (name: BackendName, start: () => Promise<Started>) => Promise<Started>

type Failure = { name: BackendName; problem: string; remedy: string }

async function refusal(
  wanted: BackendName,
  failure: Failure | undefined,
  table: readonly Backend[],
  trial: Trial,
): Promise<Error> {
  const usable: string[] = []
  for (const backend of table) {
    if (backend.name === wanted) continue
    await trial(backend.name, () => startProven(backend, false)).then(
      () => usable.push(backend.name),
      () => undefined,
    )
  }
  const { problem, remedy } = failure ?? { problem: 'There is no such backend.', remedy: '' }
  const there = usable.length > 0 ? `What works here: ${usable.join(', ')}.` : 'No other works here either.'
  return new LimpidError('backend-unavailable', `The backend ${wanted} can't be used. ${problem}`, {
    hint: [remedy, there].filter((sentence) => sentence !== '').join(' '),
  })
}
