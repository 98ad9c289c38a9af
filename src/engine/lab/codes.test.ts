import { beforeAll, expect, it } from 'vitest'
import { architecture } from '../architectures/index.ts'
import { Compute } from '../compute.ts'
import { aloneWith } from '../jobs/job-context.ts'
import { random } from '../random.ts'
import { Autoencoder } from '../zoo/autoencoder.ts'
import { type Pictures, pick } from '../zoo/pictures.ts'
import { decodeAll, encodeAll } from './codes.ts'

const context = aloneWith(new Compute())
beforeAll(async () => {
  await context.backend()
})

it('gives each of many pictures the code and the reconstruction that it has alone', async () => {
  const count = 1100 // several batches, the last one not full
  const shape: Pictures['shape'] = [28, 28, 1]
  const draw = random(5)
  const samples = Uint8Array.from({ length: count * 784 }, () => draw.below(256))
  const names = Array.from({ length: count }, (_, i) => String(i))
  const pictures: Pictures = { shape, count, samples, names, labels: null }
  const autoencoder = new Autoencoder(architecture('dense-autoencoder', { picture: shape, code: 6 }).build(1))
  const codes = await encodeAll(autoencoder, pictures, context)
  const made = await decodeAll(autoencoder, codes, context)
  for (const i of [0, 509, 510, 777, 1099]) {
    const code = await encodeAll(autoencoder, pick(pictures, [i]), context)
    const alone = await decodeAll(autoencoder, code, context)
    code.forEach((value, unit) => {
      expect(codes[6 * i + unit]).toBeCloseTo(value, 4)
    })
    alone.forEach((value, at) => {
      expect(Math.abs(made[784 * i + at] - value)).toBeLessThan(1e-4)
    })
  }
  autoencoder.dispose()
})
