import { deflateSync } from 'node:zlib'
import { decodeAll, encodeAll } from '../lab/codes.ts'
import { jpegSizes } from '../lab/jpeg-sizes.ts'
import { dequantise, entropyBytes, quantise } from '../lab/quantise.ts'
import { readPictures } from '../lab/read-pictures.ts'
import { writeSheet } from '../lab/sheet.ts'
import { psnr } from '../metrics/psnr.ts'
import { withAutoencoder } from '../zoo/open-autoencoder.ts'
import { floats, sizeOf } from '../zoo/pictures.ts'
import type { JobHandler } from './job.ts'

const JPEG_QUALITIES = [1, 5, 10, 20, 50, 80]

/** The code in place of the picture: how many bytes, and how good what comes back is, with JPEG beside it. */
export const compressPictures: JobHandler<'compressPictures'> = async (
  { folder, source, path, shown },
  context,
) => {
  await context.backend()
  return withAutoencoder(folder, async ({ autoencoder }) => {
    const pictures = await readPictures(source, autoencoder.picture, 1, context)
    const { count, shape } = pictures
    const { codeSize: units } = autoencoder
    const codes = await encodeAll(autoencoder, pictures, context)
    const quantised = quantise(codes, units)
    const exact = await decodeAll(autoencoder, codes, context)
    const made = await decodeAll(autoencoder, dequantise(quantised), context)
    const all = floats(
      pictures,
      Uint32Array.from(pictures.names, (_, i) => i),
    )
    const jpeg = []
    for (const quality of JPEG_QUALITIES) {
      await context.step(0.95, `JPEG of quality ${quality}`)
      jpeg.push(await jpegSizes(pictures, quality))
    }
    const drawn = Math.min(shown, count) * sizeOf(shape)
    // The first row as they are, the second from their codes.
    const sheet = new Float32Array(2 * drawn)
    sheet.set(all.subarray(0, drawn))
    sheet.set(made.subarray(0, drawn), drawn)
    await writeSheet(path, sheet, shape, Math.min(shown, count))
    return {
      count,
      pictureBytes: sizeOf(shape),
      code: {
        units,
        deflatedBytes: deflateSync(quantised.levels, { level: 9 }).length / count,
        entropyBytes: entropyBytes(quantised.levels, units),
        rangeBytes: 2 * Float32Array.BYTES_PER_ELEMENT * units,
        psnr: psnr(all, made),
        exactPsnr: psnr(all, exact),
      },
      jpeg,
    }
  })
}
