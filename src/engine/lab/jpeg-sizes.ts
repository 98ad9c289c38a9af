/** What JPEG makes of the same pictures. */
import { sharp } from '../imaging/libvips.ts'
import { decibels, meanSquaredError } from '../metrics/psnr.ts'
import { floats, type Pictures, sizeOf } from '../zoo/pictures.ts'

/** Means over the pictures: bytes of whole files (4:2:0), PSNR in dB of the mean squared error over all of them. */
export async function jpegSizes(pictures: Pictures, quality: number) {
  const [height, width, channels] = pictures.shape
  const size = sizeOf(pictures.shape)
  let [bytes, error] = [0, 0]
  for (let i = 0; i < pictures.count; i++) {
    const file = await sharp(pictures.samples.subarray(i * size, (i + 1) * size), {
      raw: { width, height, channels: channels as 1 | 3 },
    })
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .jpeg({ quality })
      .toBuffer()
    const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true })
    const samples = Uint8Array.from(
      { length: size },
      (_, at) => data[Math.floor(at / channels) * info.channels + (at % channels)],
    )
    const decoded = floats({ ...pictures, count: 1, samples }, [0])
    error += meanSquaredError(floats(pictures, [i]), decoded) / pictures.count
    bytes += file.length / pictures.count
  }
  return { quality, bytes, psnr: decibels(error) }
}
