/** A run's state and figures in words. */
import type { LabRun } from '../../contract/lab-run.ts'
import type { Figures } from '../../contract/training.ts'
import { durationInWords, percent } from '../state/words.ts'

const STATES: Record<LabRun['state'], string> = {
  queued: 'waiting',
  running: 'training',
  pausing: 'pausing: keeps a checkpoint',
  stopping: 'stopping: keeps the best',
  paused: 'paused',
  interrupted: 'interrupted when Limpid ended',
  done: 'finished',
  failed: 'failed',
}

/** "training, 42 %, 3 min left" */
export function stateInWords({ state, step, steps, progress, model }: LabRun): string {
  const parts = [STATES[state]]
  if (state === 'running' && progress && step === 0) return progress.label
  if (state === 'done' && model && steps !== null && step < steps) parts[0] = 'stopped, the best kept'
  if (state !== 'done' && steps !== null && step > 0) parts.push(percent(step / steps))
  if (state === 'running' && progress?.remainingMs != null) {
    parts.push(`${durationInWords(progress.remainingMs / 1000)} left`)
  }
  return parts.join(', ')
}

/** Of a finished run those of its model, which has the best weights; of another those of the newest validation. */
export function figuresNow({ state, best, validations }: LabRun): Figures {
  const newest = validations.at(-1)?.figures
  return (state === 'done' ? (best?.figures ?? newest) : newest) ?? {}
}

/** Rows of a table: what is known of each run, null where it is not. */
export function figuresOf(runs: readonly LabRun[]): { name: string; values: (number | null)[] }[] {
  const names = [...new Set(runs.flatMap((run) => Object.keys(figuresNow(run))))]
  return names.map((name) => ({ name, values: runs.map((run) => figuresNow(run)[name] ?? null) }))
}

/** 0.0926 → "9.3 %" */
export const rateInWords = (rate: number): string => `${(100 * rate).toFixed(1)} %`

/** Its weights are computed, not learned in steps. */
export function isComputed({ recipe }: LabRun): boolean {
  return 'training' in recipe && recipe.training.method !== 'gradient'
}

/** Of runs of which there is nothing to draw. */
export function noCurveInWords(runs: readonly LabRun[]): string {
  if (runs.every(({ state }) => state === 'done')) return 'There is none.'
  if (runs.every(isComputed)) return 'Computed, not learned in steps: it is validated once, at its end.'
  return 'The curve begins with the first steps.'
}

/** Of a run that has no samples. */
export function noSamplesInWords(run: LabRun): string {
  if (run.state === 'done') return 'There are none.'
  return isComputed(run) ? 'They come when it is computed.' : 'They come with the first validation.'
}

/** It waits, to go on when it is told to. */
export function mayResume({ state }: LabRun): boolean {
  return state === 'paused' || state === 'interrupted' || state === 'failed'
}

/** It can be ended with what it has learned. Nothing is learned by half of what is computed. */
export function mayStop(run: LabRun): boolean {
  if (isComputed(run)) return false
  return run.state === 'running' || (mayResume(run) && run.step > 0)
}
