import { writeFile } from 'node:fs/promises'
import { tf } from '../tf.ts'
import { withAutoencoder } from '../zoo/open-autoencoder.ts'
import { floats } from '../zoo/pictures.ts'
import { readSource } from '../zoo/source.ts'
import type { JobHandler } from './job.ts'

const BATCH = 100

/** The codes of pictures, and how well each is reconstructed from its own. */
export const encodePictures: JobHandler<'encode'> = async ({ folder, source, path }, context) => {
  await context.backend()
  return withAutoencoder(folder, async ({ autoencoder }) => {
    const pictures = await readSource(source, autoencoder.picture, (done, total) =>
      context.step((0.5 * done) / total, `Reading ${done} of ${total}`),
    )
    const codes = new Float32Array(pictures.count * autoencoder.codeSize)
    const errors = new Float32Array(pictures.count)
    for (let first = 0; first < pictures.count; first += BATCH) {
      await context.step(0.5 + (0.5 * first) / pictures.count, `Encoding ${pictures.count} pictures`)
      const count = Math.min(BATCH, pictures.count - first)
      const indices = Uint32Array.from({ length: count }, (_, i) => first + i)
      const [code, error] = tf.tidy(() => {
        const given = tf.tensor4d(floats(pictures, indices), [count, ...autoencoder.picture])
        const { code } = autoencoder.encode(given)
        const { reconstruction } = autoencoder.decode(code)
        return [code, reconstruction.sub(given).square().mean([1, 2, 3])]
      })
      codes.set((await code.data()) as Float32Array, first * autoencoder.codeSize)
      errors.set((await error.data()) as Float32Array, first)
      tf.dispose([code, error])
    }
    await writeFile(path, new Uint8Array(codes.buffer))
    const items = pictures.names.map((name, i) => ({
      name,
      label: pictures.labels?.[i] ?? null,
      error: errors[i],
    }))
    return { shape: autoencoder.codeShape, items }
  })
}
