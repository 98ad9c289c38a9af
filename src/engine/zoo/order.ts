import { random } from '../random.ts'

/**
 * Which examples step `step` (from 0) trains on: every epoch goes through all `count` of them in an order of its own,
 * a function of the seed; what does not fill a last batch is left out of that epoch. Fewer than a batch are repeated.
 */
export function batchOrder(count: number, batch: number, seed: number) {
  const perEpoch = stepsPerEpoch(count, batch)
  let shuffled: { epoch: number; order: Uint32Array } = { epoch: -1, order: new Uint32Array() }
  return (step: number): Uint32Array => {
    const epoch = Math.floor(step / perEpoch)
    if (shuffled.epoch !== epoch) shuffled = { epoch, order: permutation(count, seed, epoch) }
    const first = (step % perEpoch) * batch
    return Uint32Array.from({ length: batch }, (_, i) => shuffled.order[(first + i) % count])
  }
}

export function stepsPerEpoch(count: number, batch: number): number {
  return Math.max(1, Math.floor(count / batch))
}

/** Fisher–Yates. */
function permutation(count: number, seed: number, epoch: number): Uint32Array {
  const draw = random(seed, epoch, 4)
  const order = Uint32Array.from({ length: count }, (_, i) => i)
  for (let i = count - 1; i > 0; i--) {
    const j = draw.below(i + 1)
    const kept = order[i]
    order[i] = order[j]
    order[j] = kept
  }
  return order
}
