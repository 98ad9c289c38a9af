import { encodeAll } from '../lab/codes.ts'
import { neighbourAgreement } from '../lab/nearest.ts'
import { onTwoComponents } from '../lab/project.ts'
import { readPictures } from '../lab/read-pictures.ts'
import { writeScatter } from '../lab/scatter-picture.ts'
import { withAutoencoder } from '../zoo/open-autoencoder.ts'
import { floats, sizeOf } from '../zoo/pictures.ts'
import type { JobHandler } from './job.ts'

/** Dimension reduction (Hinton & Salakhutdinov 2006): pictures on the plane by their codes, and by PCA of their pixels. */
export const scatterCodes: JobHandler<'scatterCodes'> = async ({ folder, source, path }, context) => {
  await context.backend()
  return withAutoencoder(folder, async ({ autoencoder }) => {
    const pictures = await readPictures(source, autoencoder.picture, 3, context)
    const codes = await encodeAll(autoencoder, pictures, context)
    const isPlane = autoencoder.codeSize === 2
    const byCode = isPlane ? codes : await onTwoComponents(codes, autoencoder.codeSize)
    await context.step(0.8, 'Principal components of the pixels')
    const all = Uint32Array.from(pictures.names, (_, i) => i)
    const byPixels = await onTwoComponents(floats(pictures, all), sizeOf(pictures.shape))
    const { labels } = pictures
    const agreement = (rows: Float32Array, from: number) =>
      labels &&
      neighbourAgreement(rows, 2, labels, (done) =>
        context.step(from + 0.05 * done, `Neighbours of ${pictures.count} points`),
      )
    const [code, pixels] = [await agreement(byCode, 0.85), await agreement(byPixels, 0.9)]
    await context.step(0.95, 'Drawing')
    await writeScatter(path, pictures, [byCode, byPixels])
    const place = (places: Float32Array, i: number) => ({ x: places[2 * i], y: places[2 * i + 1] })
    return {
      axes: isPlane ? ('latents' as const) : ('principal components of the codes' as const),
      points: pictures.names.map((name, i) => ({
        name,
        label: labels?.[i] ?? null,
        code: place(byCode, i),
        pixels: place(byPixels, i),
      })),
      neighbours: code === null || pixels === null ? null : { code, pixels },
    }
  })
}
