import type { OptimizerSpec } from '../../contract/recipe-parts.ts'

/** Steps over which the learning rate goes up and down once. */
export type Cycle = {
  steps: number
  /** Its highest, of the optimizer's. */
  share: number
}

/** Those of a recipe's stages: one begins a cycle if it says so, else it belongs to that of the one before. */
export function cyclesOf(stages: readonly { steps: number; restart?: number }[]): Cycle[] {
  const cycles: Cycle[] = []
  for (const { steps, restart } of stages) {
    const current = cycles.at(-1)
    if (current && restart === undefined) current.steps += steps
    else cycles.push({ steps, share: restart ?? 1 })
  }
  return cycles
}

/** Of each cycle: linear warm-up, then cosine decay to 0 (SGDR: Loshchilov & Hutter 2017), or none. */
export function learningRate(
  optimizer: Pick<OptimizerSpec, 'learningRate' | 'warmupSteps' | 'decay'>,
  cycles: readonly Cycle[],
  step: number,
): number {
  let done = step
  let current = 0
  while (current < cycles.length - 1 && done >= cycles[current].steps) done -= cycles[current++].steps
  const { steps, share } = cycles[current]
  const { warmupSteps, decay } = optimizer
  const peak = share * optimizer.learningRate
  if (done < warmupSteps) return (peak * (done + 1)) / warmupSteps
  if (decay === 'none') return peak
  const decayed = (done - warmupSteps) / Math.max(1, steps - warmupSteps)
  return 0.5 * peak * (1 + Math.cos(Math.PI * Math.min(1, decayed)))
}
