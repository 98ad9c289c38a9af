import type { EngineInput, EngineOutput } from '../../contract/engine-protocol.ts'
import { LimpidError } from '../../contract/errors.ts'
import { decodeAll, encodeAll } from '../lab/codes.ts'
import { join, readOne, readPictures } from '../lab/read-pictures.ts'
import { writeSheet } from '../lab/sheet.ts'
import { random } from '../random.ts'
import { gaussianQuantile } from '../zoo/gaussian-quantile.ts'
import { type OpenAutoencoder, withAutoencoder } from '../zoo/open-autoencoder.ts'
import type { Pictures } from '../zoo/pictures.ts'
import type { JobContext, JobHandler } from './job.ts'

type What = EngineInput<'generatePictures'>['what']

/** Pictures that nobody took, out of codes (Kingma & Welling 2014). */
export const generatePictures: JobHandler<'generatePictures'> = async (
  { folder, what, columns, path },
  context,
) => {
  await context.backend()
  return withAutoencoder(folder, async (open) => {
    const { autoencoder } = open
    const { codes, ends } = await codesOf(what, open, context)
    const made = await decodeAll(autoencoder, codes, context)
    const inOneRow = what.kind === 'interpolation' ? what.steps : undefined
    await writeSheet(path, made, autoencoder.picture, columns ?? inOneRow)
    const { codeSize } = autoencoder
    const count = codes.length / codeSize
    const rows = Array.from({ length: count }, (_, i) => [
      ...codes.subarray(i * codeSize, (i + 1) * codeSize),
    ])
    return { count, codes: rows, ends }
  })
}

type Codes = {
  /** [count, code] */
  codes: Float32Array
  ends: EngineOutput<'generatePictures'>['ends']
}

async function codesOf(what: What, open: OpenAutoencoder, context: JobContext): Promise<Codes> {
  const { autoencoder } = open
  switch (what.kind) {
    case 'samples': {
      requireGaussian(open)
      const codes = new Float32Array(what.count * autoencoder.codeSize)
      random(what.seed).fillGaussian(codes)
      return { codes, ends: null }
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
      return { codes: Float32Array.from(at.flatMap((y) => at.flatMap((x) => [x, -y]))), ends: null }
    }
    case 'interpolation': {
      const pictures = await readPictures(what.source, autoencoder.picture, 1, context)
      const { picture: from } = await readOne(what.from, what.source, pictures)
      const { picture: to } = await readOne(what.to, what.source, pictures)
      const codes = await encodeAll(autoencoder, join(from, to), context)
      return { codes: between(codes, what.steps), ends: [itemOf(from), itemOf(to)] }
    }
  }
}

const itemOf = ({ names, labels }: Pictures) => ({ name: names[0], label: labels?.[0] ?? null })

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
