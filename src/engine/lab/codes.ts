/** Many pictures through an autoencoder, a batch at a time. */
import type { JobContext } from '../jobs/job.ts'
import { tf } from '../tf.ts'
import type { Autoencoder } from '../zoo/autoencoder.ts'
import { floats, type Pictures, sizeOf } from '../zoo/pictures.ts'

/** Samples in flight at a time, as far as that is more than one picture. */
const BATCH_SAMPLES = 400_000

/** Codes [count, code] of the pictures, row by row. */
export async function encodeAll(
  autoencoder: Autoencoder,
  pictures: Pictures,
  context: Pick<JobContext, 'step'>,
): Promise<Float32Array> {
  const { codeSize, picture } = autoencoder
  const codes = new Float32Array(pictures.count * codeSize)
  for (const [first, count] of batches(pictures.count, sizeOf(picture))) {
    await context.step(0.5 + (0.3 * first) / pictures.count, `Encoding ${pictures.count} pictures`)
    const indices = Uint32Array.from({ length: count }, (_, i) => first + i)
    const code = tf.tidy(() => {
      const given = tf.tensor4d(floats(pictures, indices), [count, ...picture])
      return autoencoder.encode(given).code.reshape([count * codeSize])
    })
    codes.set((await code.data()) as Float32Array, first * codeSize)
    code.dispose()
  }
  return codes
}

/** Codes [count, code] → pictures [count, height, width, channels], 0..1. */
export async function decodeAll(
  autoencoder: Autoencoder,
  codes: Float32Array,
  context: Pick<JobContext, 'step'>,
): Promise<Float32Array> {
  const { codeSize, codeShape, picture } = autoencoder
  const all = codes.length / codeSize
  const size = sizeOf(picture)
  const values = new Float32Array(all * size)
  for (const [first, count] of batches(all, size)) {
    await context.step(0.8 + (0.2 * first) / all, `Decoding ${all} pictures`)
    const made = tf.tidy(() => {
      const code = tf.tensor(codes.slice(first * codeSize, (first + count) * codeSize), [count, ...codeShape])
      return autoencoder.decode(code).reconstruction.clipByValue(0, 1)
    })
    values.set((await made.data()) as Float32Array, first * size)
    made.dispose()
  }
  return values
}

function* batches(count: number, size: number): Generator<[first: number, count: number]> {
  const batch = Math.max(1, Math.floor(BATCH_SAMPLES / size))
  for (let first = 0; first < count; first += batch) yield [first, Math.min(batch, count - first)]
}
