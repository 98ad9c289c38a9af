import type { EngineInput } from '../../contract/engine-protocol.ts'
import { LimpidError } from '../../contract/errors.ts'
import { decodeAll, encodeAll } from '../lab/codes.ts'
import { join, readOne, readPictures } from '../lab/read-pictures.ts'
import { writeSheet } from '../lab/sheet.ts'
import { random } from '../random.ts'
import { gaussianQuantile } from '../zoo/gaussian-quantile.ts'
import { type OpenAutoencoder, withAutoencoder } from '../zoo/open-autoencoder.ts'
import type { JobContext, JobHandler } from './job.ts'

type What = EngineInput<'generatePictures'>['what']

/** Pictures that nobody took, out of codes (Kingma & Welling 2014). */
export const generatePictures: JobHandler<'generatePictures'> = async ({ folder, what, path }, context) => {
  await context.backend()
  return withAutoencoder(folder, async (open) => {
    const { autoencoder } = open
    const codes = await codesOf(what, open, context)
    const made = await decodeAll(autoencoder, codes, context)
    await writeSheet(path, made, autoencoder.picture, what.kind === 'interpolation' ? what.steps : undefined)
    const { codeSize } = autoencoder
    const count = codes.length / codeSize
    const rows = Array.from({ length: count }, (_, i) => [
      ...codes.subarray(i * codeSize, (i + 1) * codeSize),
    ])
    return { count, codes: rows }
  })
}

/** [count, code] */
async function codesOf(what: What, open: OpenAutoencoder, context: JobContext): Promise<Float32Array> {
  const { autoencoder } = open
  switch (what.kind) {
    case 'samples': {
      requireGaussian(open)
      const codes = new Float32Array(what.count * autoencoder.codeSize)
      random(what.seed).fillGaussian(codes)
      return codes
    }
    case 'manifold': {
      requireGaussian(open)
      if (autoencoder.codeSize !== 2) {
        const message = `${open.manifest.title} has ${autoencoder.codeSize} latents: only two span a plane.`
        throw new LimpidError('bad-request', message, {
          hint: 'Train `variational-autoencoder-2`, and take that.',
        })
      }
      const at = Array.from({ length: what.side }, (_, i) => gaussianQuantile((i + 0.5) / what.side))
      return Float32Array.from(at.flatMap((y) => at.flatMap((x) => [x, -y])))
    }
    case 'interpolation': {
      const pictures = await readPictures(what.source, autoencoder.picture, 1, context)
      const [from, to] = [
        await readOne(what.from, what.source, pictures),
        await readOne(what.to, what.source, pictures),
      ]
      const ends = await encodeAll(autoencoder, join(from.picture, to.picture), context)
      return between(ends, what.steps)
    }
  }
}

/** Two codes, one after the other → [steps, code], equal steps from the first to the second. */
function between(ends: Float32Array, steps: number): Float32Array {
  const size = ends.length / 2
  const codes = new Float32Array(steps * size)
  for (let step = 0; step < steps; step++) {
    const t = step / (steps - 1)
    for (let i = 0; i < size; i++) codes[step * size + i] = (1 - t) * ends[i] + t * ends[size + i]
  }
  return codes
}

/** Only there do codes from N(0, 1) mean anything. */
function requireGaussian({ manifest, recipe }: OpenAutoencoder): void {
  if (recipe.loss.penalty.kind === 'variational') return
  const message = `${manifest.title} is no variational autoencoder: nobody knows which codes are its pictures'.`
  const hint = 'Take a variational one; between two pictures every autoencoder interpolates.'
  throw new LimpidError('bad-request', message, { hint })
}
