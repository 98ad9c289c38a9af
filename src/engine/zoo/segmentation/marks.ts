/** What stands in mask and label pictures: read alike by training and by whoever looks through its data. */
import { decodePicture } from '../../imaging/decode.ts'
import type { Samples } from '../../imaging/raster.ts'
import { toEightBits } from '../../imaging/sample-layout.ts'

/** `values` is [height, width]. */
type Marks<V extends Samples = Samples> = { width: number; height: number; values: V }

/** 1 where a mask is brighter than half, else 0. What is transparent lies over black: it is not the subject. */
export async function readMask(file: string): Promise<Marks<Uint8Array>> {
  const { width, height, channels, samples, alpha } = toEightBits((await decodePicture(file)).raster)
  const values = new Uint8Array(width * height)
  for (let i = 0; i < values.length; i++) {
    const opacity = alpha === null ? 1 : alpha[i] / 255
    values[i] = samples[i * channels] * opacity > 127 ? 1 : 0
  }
  return { width, height, values }
}

/** The numbers as they are stored, of 16 bits too: they are no shades. A colour's is that of its red. */
export async function readLabels(file: string): Promise<Marks & { isGrey: boolean }> {
  const { width, height, channels, samples } = (await decodePicture(file)).raster
  if (channels === 1) return { width, height, values: samples, isGrey: true }
  const values =
    samples instanceof Uint8Array ? new Uint8Array(width * height) : new Uint16Array(width * height)
  let isGrey = true
  for (let i = 0; i < values.length; i++) {
    values[i] = samples[3 * i]
    if (values[i] !== samples[3 * i + 1] || values[i] !== samples[3 * i + 2]) isGrey = false
  }
  return { width, height, values, isGrey }
}

/** What is wrong with a folder of masks none of which has a 1, and what to do. */
export const nothingMarked = (folder: string) => ({
  message: `No mask in ${folder} has a pixel above 127: nothing is marked.`,
  hint: 'White marks the subject. Multiply masks of 0 and 1 by 255, or call their folder label: then each number is a class.',
})
