/**
 * Proves a backend before it is trusted: what networks are made of, run on small inputs and compared with numbers
 * that were computed in float64 without tfjs (probe.test.ts). A driver that computes wrong numbers is caught here.
 */
import { PixelShuffle } from '../layers/pixel-shuffle.ts'
import { tf } from '../tf.ts'
import { unavailable } from './backend.ts'
import numbers from './probe-numbers.json' with { type: 'json' }

/** How far a number may be off, as a share of the largest one of its kind. GPUs sum in other orders, some in tf32. */
const TOLERANCE = 2e-3

export const PROBE_SHAPES = {
  picture: [1, 6, 6, 4],
  /** A 3×3 convolution, 'same' padding. */
  filter: [3, 3, 4, 8],
  /** A 3×3 convolution of stride 2 behind a ReLU, 'same' padding. */
  stridedFilter: [3, 3, 8, 4],
  /** [height, width] that `picture` is resized to. */
  resized: [9, 8],
} as const

/** What is compared, each as a person would call it. */
export type ProbeName = keyof typeof numbers

/** Throws `backend-unavailable` if tfjs's current backend computes wrong numbers. */
export async function probe(): Promise<void> {
  const computed = tf.tidy(compute)
  try {
    for (const name of Object.keys(numbers) as ProbeName[]) {
      const error = worst(await computed[name].data(), numbers[name])
      if (error <= TOLERANCE) continue
      const percent = Number.isFinite(error) ? `${(100 * error).toPrecision(2)} %` : 'not a number'
      throw unavailable(
        `It computes wrong numbers: ${name} is off by ${percent}.`,
        "Update the GPU's driver if it runs on a GPU; report it as a bug otherwise.",
      )
    }
  } finally {
    tf.dispose(computed)
  }
}

function compute(): Record<ProbeName, tf.Tensor> {
  const tensor = (shape: readonly number[], seed: number) =>
    tf.tensor4d(probeInput(shape, seed), [...shape] as [number, number, number, number])
  const picture = tensor(PROBE_SHAPES.picture, 1)
  const filter = tensor(PROBE_SHAPES.filter, 2)
  const stridedFilter = tensor(PROBE_SHAPES.stridedFilter, 3)

  const convolution = (x: tf.Tensor4D, k: tf.Tensor4D) => tf.conv2d(x, k, 1, 'same')
  const network = (x: tf.Tensor4D, k: tf.Tensor4D, s: tf.Tensor4D) =>
    tf.conv2d(tf.relu(convolution(x, k)), s, 2, 'same')
  const output = network(picture, filter, stridedFilter)
  const weights = tf.tensor(probeInput(output.shape, 4), output.shape)
  const gradients = tf.grads((x, k, s) => network(x as tf.Tensor4D, k as tf.Tensor4D, s as tf.Tensor4D))
  const [byPicture, byFilter, byStridedFilter] = gradients([picture, filter, stridedFilter], weights)

  const [height, width] = PROBE_SHAPES.resized
  return {
    'a convolution': convolution(picture, filter),
    'a strided convolution behind a ReLU': output,
    'the gradient by the input': byPicture,
    'the gradient by a filter': byFilter,
    'the gradient by a strided filter': byStridedFilter,
    'a nearest-neighbour resize': tf.image.resizeNearestNeighbor(picture, [height, width]),
    'a bilinear resize': tf.image.resizeBilinear(picture, [height, width], false, true),
    'a pixel shuffle': new PixelShuffle({ factor: 2 }).apply(picture) as tf.Tensor,
  }
}

/** Numbers in −1..1 that look random and are the same everywhere: multiples of 1/64, exact in float32. */
export function probeInput(shape: readonly number[], seed: number): Float32Array {
  const size = shape.reduce((product, length) => product * length, 1)
  return Float32Array.from(
    { length: size },
    (_, i) => (((i + 1) * 7919 * seed + ((i * i * 31) % 97)) % 129) / 64 - 1,
  )
}

function worst(values: ArrayLike<number>, expected: number[]): number {
  if (values.length !== expected.length) return Number.NaN
  let error = 0
  let scale = 0
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(values[i] - expected[i])
    if (Number.isNaN(difference)) return Number.NaN
    error = Math.max(error, difference)
    scale = Math.max(scale, Math.abs(expected[i]))
  }
  return error / scale
}
