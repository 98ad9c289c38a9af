/** What the benchmark has every engine do: the table of works, and the numbers that go in. */
import { type Geometry, planTiles } from '../../src/engine/tiling.ts'

export type Size = { width: number; height: number }

/** What goes into a network and what comes out; 3 is RGB. */
export type Channels = { input: number; output: number }

/** One piece of work on one network; it is timed as a whole. */
export type Work =
  /** The network on each of these sizes, from an array of floats to an array of floats. */
  | { kind: 'inference'; channels: Channels; sizes: Size[] }
  /** One step on one batch, RGB to RGB: forward, L1 loss, backward, gradient clipped, Adam. */
  | { kind: 'training'; batch: number; patch: number; learningRate: number; clipNorm: number }

export type NamedWork = { name: string; work: Work; quick: boolean }

/** The works on a network that trains on patches of `patch` px: one from RGB to RGB, for others only run. */
export function worksOn(geometry: Geometry, channels: Channels, patch: number): NamedWork[] {
  const onSquare = (side: number) => inference(geometry, channels, { width: side, height: side })
  const works: NamedWork[] = [
    { name: '256²', work: onSquare(256), quick: true },
    { name: '1024²', work: onSquare(1024), quick: false },
    {
      name: '12 MP',
      work: { kind: 'inference', channels, sizes: tilesOf12Megapixels(geometry) },
      quick: false,
    },
  ]
  if (channels.input !== 3 || channels.output !== 3) return works
  const training: Work = {
    kind: 'training',
    batch: 16,
    patch: whole(patch, geometry),
    learningRate: 1e-3,
    clipNorm: 1,
  }
  return [...works, { name: 'training step', work: training, quick: true }]
}

/** On one picture, its sides rounded up to what the network takes. */
export function inference(geometry: Geometry, channels: Channels, { width, height }: Size): Work {
  const size = { width: whole(width, geometry), height: whole(height, geometry) }
  return { kind: 'inference', channels, sizes: [size] }
}

const whole = (side: number, { sizeMultiple }: Geometry) => Math.ceil(side / sizeMultiple) * sizeMultiple

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
  channels: number,
  at: (pixel: number, channel: number) => number,
): number[] {
  return Array.from({ length: samples }, (_, i) => at(Math.floor((i * pixels) / samples), i % channels))
}
