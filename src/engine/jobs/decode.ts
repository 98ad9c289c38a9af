import type { EngineInput } from '../../contract/engine-protocol.ts'
import { LimpidError } from '../../contract/errors.ts'
import { random } from '../random.ts'
import { tf } from '../tf.ts'
import { gaussianQuantile } from '../zoo/gaussian-quantile.ts'
import { writeMontage } from '../zoo/montage.ts'
import { withAutoencoder } from '../zoo/open-autoencoder.ts'
import type { JobHandler } from './job.ts'

/** Pictures out of codes: given ones, random ones, or the plane of two latents. */
export const decodeCodes: JobHandler<'decode'> = async ({ folder, codes, columns, path }, context) => {
  await context.backend()
  return withAutoencoder(folder, async ({ autoencoder, manifest }) => {
    await context.step(0, `Decoding with ${manifest.id}`)
    const { codeSize, codeShape, picture } = autoencoder
    const values = valuesOf(codes, codeSize, manifest.title)
    const count = values.length / codeSize
    const made = tf.tidy(() => autoencoder.decode(tf.tensor(values, [count, ...codeShape])).reconstruction)
    const pixels = (await made.data()) as Float32Array
    made.dispose()
    await writeMontage(path, pixels, picture, columns ?? Math.ceil(Math.sqrt(count)))
    return { path, count }
  })
}

/** [count, code] */
function valuesOf(codes: EngineInput<'decode'>['codes'], size: number, title: string): Float32Array {
  switch (codes.kind) {
    case 'given': {
      const wrong = codes.codes.find((code) => code.length !== size)
      if (wrong) throw badCode(`A code of ${title} has ${size} numbers, not ${wrong.length}.`)
      return Float32Array.from(codes.codes.flat())
    }
    case 'drawn': {
      const values = new Float32Array(codes.count * size)
      random(codes.seed).fillGaussian(values)
      return values
    }
    case 'manifold': {
      if (size !== 2) throw badCode(`${title} has ${size} latents: only two span a plane.`)
      const { side } = codes
      const at = Array.from({ length: side }, (_, i) => gaussianQuantile((i + 0.5) / side))
      return Float32Array.from(at.flatMap((y) => at.flatMap((x) => [x, -y])))
    }
  }
}

const badCode = (message: string) => new LimpidError('bad-request', message)
