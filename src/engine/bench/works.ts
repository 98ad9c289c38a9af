/** What a benchmark has each backend do with a model. */
export type Work =
  /** The bare network on one picture, from an array of floats to an array of floats. */
  | { name: string; kind: 'inference'; width: number; height: number }
  /** One step on one batch: forward, L1 loss, backward, gradient clipped, Adam. */
  | { name: string; kind: 'training'; batch: number; patch: number }

const square = (side: number): Work => ({ name: `${side}²`, kind: 'inference', width: side, height: side })

const TRAINING: Work = { name: 'training step', kind: 'training', batch: 16, patch: 96 }

export const worksOf = (quick: boolean): Work[] =>
  quick ? [square(256), TRAINING] : [square(256), square(1024), TRAINING]

/** By which backends are compared, and their speed estimated. */
export const SAMPLE: Work = { name: 'sample', kind: 'inference', width: 128, height: 96 }

/** Pixels that the network is run on. */
export function pixelsOf(work: Work): number {
  return work.kind === 'training' ? work.batch * work.patch ** 2 : work.width * work.height
}
