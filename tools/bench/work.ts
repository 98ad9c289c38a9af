/** What the benchmark has every engine do: the table of works, and the numbers that go in. */
import { type Geometry, planTiles } from '../../src/engine/tiling.ts'

export type Size = { width: number; height: number }

/** One piece of work on one network; it is timed as a whole. Pictures are RGB. */
export type Work =
  /** The network on each of these sizes, from an array of floats to an array of floats. */
  | { kind: 'inference'; sizes: Size[] }
  /** One step on one batch: forward, L1 loss, backward, gradient clipped, Adam. */
  | { kind: 'training'; batch: number; patch: number; learningRate: number; clipNorm: number }

export type NamedWork = { name: string; work: Work; quick: boolean }

/** The works on a network that trains on patches of `patch` px. */
export function worksOn(geometry: Geometry, patch: number): NamedWork[] {
  return [
    { name: '256²', work: inference({ width: 256, height: 256 }), quick: true },
    { name: '1024²', work: inference({ width: 1024, height: 1024 }), quick: false },
    { name: '12 MP', work: inference(...tilesOf12Megapixels(geometry)), quick: false },
    {
      name: 'training step',
      work: { kind: 'training', batch: 16, patch, learningRate: 1e-3, clipNorm: 1 },
      quick: true,
    },
  ]
}

export const inference = (...sizes: Size[]): Work => ({ kind: 'inference', sizes })

/** Pixels that the network is run on, once; halos included. */
export function pixelsOf(work: Work): number {
  if (work.kind === 'training') return work.batch * work.patch ** 2
  return work.sizes.reduce((sum, { width, height }) => sum + width * height, 0)
}

/** The tiles that Limpid cuts a 4000 × 3000 picture into, on TensorFlow. */
function tilesOf12Megapixels(geometry: Geometry): Size[] {
  return planTiles(4000, 3000, geometry, 3.5e6).map(({ input }) => ({
    width: input.width,
    height: input.height,
  }))
}

/** Two steps of low discrepancy: of the input and of the training target. peers/pytorch.py has them too. */
export const PHI = 0.6180339887498949
export const PLASTIC = 0.7548776662466927

/** `length` numbers in 0..1, the same in every peer: the fractional parts of the multiples of `step`. */
export function pattern(length: number, step: number): Float32Array<ArrayBuffer> {
  const values = new Float32Array(length)
  for (let i = 0; i < length; i++) values[i] = ((i + 1) * step) % 1
  return values
}

/**
 * So many values of a picture, spread over it, by which peers are compared. `at` gives the value of pixel p (counted
 * along the rows), channel c.
 */
export function sampled(
  samples: number,
  pixels: number,
  at: (pixel: number, channel: number) => number,
): number[] {
  return Array.from({ length: samples }, (_, i) => at(Math.floor((i * pixels) / samples), i % 3))
}
